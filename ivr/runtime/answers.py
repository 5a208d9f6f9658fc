"""What was reached, as the action that the cloud is asked to do (PROTOCOL S6, S13)."""

from __future__ import annotations

from ivr.graph.flow import Flow, Node
from voicenter_console.voicenter import actions

from .words import Heard, Position, Reached

# What is played where nothing is to be said; the documents' own examples name it.
SILENCE = "blank"


def external(flow: Flow, heard: Heard, reached: Reached) -> actions.IvrAction:
    """The answer to a request of the External IVR."""
    node = reached.node
    match node.kind:
        case "menu" | "collect":
            return actions.Menu(**_asked(node, reached.position))
        case "say_digits":
            digits = node.get("digits") or reached.variables[node.get("variable")]
            before = node.get("before") or SILENCE
            return actions.SayDigits(**_asked(node, reached.position), digits=digits, before=before)
        case "dial":
            return _call(flow, node, heard, reached.position)
        case "go_to_layer":
            prompt = node.get("prompt") or SILENCE
            return actions.GoToLayer(
                layer=node.get("layer"), prompt=prompt, loops=node.get("loops", 1), delay=node.get("delay", 1)
            )
        case "record":
            return actions.Record(prompt=node.get("prompt", ""), longest=node.get("longest"))
        case _:
            cause = node.get("cause", actions.Cause.NORMAL_CLEARING)
            return actions.HangUp(prompt=node.get("prompt", ""), cause=cause)


def layer(heard: Heard, reached: Reached) -> actions.LayerAction:
    """The answer to a request of the External layer; what was set on the way goes with it."""
    node, custom = reached.node, dict(reached.variables)
    match node.kind:
        case "go_to_layer":
            return actions.NextLayer(layer=node.get("layer"), name=node.get("name", ""), custom=custom)
        case "say":
            return actions.Say(
                parts=tuple((part["as"], part["text"]) for part in node.get("parts")),
                layer=node.get("layer"),
                failed_layer=node.get("failed_layer"),
                custom=custom,
            )
        case "dial":
            return actions.Dial(
                targets=tuple(node.get("targets")),
                show=_shown(node, heard),
                name=node.get("name", ""),
                ring=node.get("ring"),
                longest=node.get("longest"),
                record=node.get("record"),
                next_layer=node.get("next_layer"),
                answered_layer=node.get("answered_layer"),
                unavailable_layer=node.get("unavailable_layer"),
                custom=custom,
            )
        case _:
            return actions.Failed()


def _asked(node: Node, position: Position | None) -> dict[str, object]:
    return {
        "prompt": node.get("prompt"),
        "menu": str(position),
        "size": _most_digits(node),
        "loops": node.get("loops"),
        "delay": node.get("delay"),
    }


def _most_digits(node: Node) -> int:
    return node.get("most") or max((len(key) for key in node.keys), default=1)


def _call(flow: Flow, node: Node, heard: Heard, back: Position | None) -> actions.Call:
    target = node.get("targets")[back.tries - 1 if back else 0]
    return actions.Call(
        target=target,
        show=_shown(node, heard),
        name=node.get("name", ""),
        ring=node.get("ring"),
        longest=node.get("longest"),
        record=node.get("record"),
        caller_prompt=node.get("caller_prompt", ""),
        target_prompt=node.get("target_prompt", ""),
        music=node.get("music", ""),
        after_answer=node.get("after_answer", ""),
        **_after_failure(flow, node, back),
    )


def _after_failure(flow: Flow, node: Node, back: Position | None) -> dict[str, object]:
    """Where the cloud asks next when nobody answers: the question itself where one follows at once, since then it
    can play it without asking us; else this node again, which goes on from there."""
    if back is None:
        return {}
    following = flow.nodes.get(node.exits.get("failed", ""))
    if following is not None and following.asks and back.tries >= len(node.get("targets")):
        asked = Position(back.version, following.id, 1, back.hops)
        return {
            "next_menu": str(asked),
            "next_prompt": following.get("prompt"),
            "next_loops": following.get("loops"),
            "next_size": _most_digits(following),
            "next_delay": following.get("delay"),
        }
    # A guess: with a silent recording and no digits to wait for, the cloud asks again at once.
    return {"next_menu": str(back), "next_prompt": SILENCE, "next_loops": 1, "next_size": 1, "next_delay": 0}


def _shown(node: Node, heard: Heard) -> str:
    """The number that the target sees: the caller's own unless the flow says otherwise."""
    show = node.get("show", "caller")
    return {"caller": heard.caller, "did": heard.did}.get(show, show)
