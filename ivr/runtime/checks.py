"""What makes entered digits acceptable: how many, and their check digit."""

from __future__ import annotations

from ivr.graph.flow import Node


def passes(node: Node, digits: str) -> bool:
    """Whether a `collect` node takes these digits."""
    if not (digits.isascii() and digits.isdigit()) or not node.get("least") <= len(digits) <= node.get("most"):
        return False
    return {"none": lambda _: True, "luhn": luhn, "israeli_id": israeli_id}[node.get("check")](digits)


def luhn(digits: str) -> bool:
    """ISO/IEC 7812: every second digit from the right doubled, the sum of all digits a multiple of ten."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def israeli_id(digits: str) -> bool:
    """An identity number of up to nine digits; leading zeros may be left out, all zeros is none."""
    return len(digits) <= 9 and int(digits) > 0 and luhn(digits.zfill(9))
