"""What can go wrong between the console and VCC Live.

    VccError
    ├── Unreachable    no answer came
    ├── Garbled        an answer or a notification that cannot be read
    ├── NotYet         the call is not registered there yet: ask again in some minutes
    ├── WrongCall      an answer about another call than was asked for
    ├── NotAuthorised  customer or token are wrong, or our address is not on their list
    └── Refused        anything else it says no to

`str()` of each is one English sentence that holds no token.
"""


class VccError(Exception):
    """Anything that keeps us from a call record."""


class Unreachable(VccError):
    def __init__(self, reason: str):
        super().__init__(f"VCC Live did not answer ({reason}).")


class Garbled(VccError):
    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(f"What VCC Live said cannot be read: {reason}.")


class NotYet(VccError):
    def __init__(self) -> None:
        super().__init__("VCC Live has not registered the call yet.")


class WrongCall(VccError):
    def __init__(self, asked: str, got: str):
        self.asked, self.got = asked, got
        super().__init__(f"VCC Live answered about the call {got[:64]!r}, not about {asked!r}.")


class NotAuthorised(VccError):
    def __init__(self, status: int):
        super().__init__(f"VCC Live does not let this customer and token in (HTTP {status}).")


class Refused(VccError):
    def __init__(self, words: str):
        super().__init__(f"VCC Live refused: {words[:200]}")
