"""The door that the vendor does not have: what is going on, and what shall go wrong (tests, chaos, demo)."""

from dataclasses import asdict, replace
from datetime import datetime

from voicenter_console.sandbox.callers import Callers
from voicenter_console.sandbox.cloud import Cloud, Script
from voicenter_console.sandbox.exchange import Answer, Request
from voicenter_console.sandbox.legs import Leg
from voicenter_console.sandbox.pusher import Pusher
from voicenter_console.sandbox.scenarios import SCENARIOS

MOST_TRUTHS = 20_000


def answer(cloud: Cloud, pusher: Pusher | None, request: Request) -> Answer:
    """JSON in and out; 400 says what was wrong, 404 that there is no such door."""
    name = request.path.lower().removeprefix("/sandbox").strip("/") or "ping"
    reading = {
        "ping": lambda: {"ok": True},
        "state": lambda: _state(cloud, pusher),
        "truth": lambda: _truth(cloud, pusher, dict(request.pairs)),
        "dials": lambda: {"dials": [asdict(dial) for dial in cloud.dials]},
        "pushes": lambda: {"pushes": [entry.as_dict() for entry in (pusher.ledger.values() if pusher else ())]},
        "customers": lambda: {"customers": [asdict(customer) for customer in cloud.centre.customers]},
        "faults": lambda: asdict(cloud.faults),
        "walks": lambda: {"walks": [walk.as_dict() for walk in (cloud.callers.walks if cloud.callers else ())]},
        "popups": lambda: {"popups": cloud.popups.as_dicts() if cloud.popups else []},
        "vcc": lambda: {"calls": cloud.vcc.as_dicts()},
        "realtime": lambda: {"monitors": cloud.realtime.state()},
        "leads": lambda: {"campaigns": _leads(cloud)},
    }
    writing = {
        "scenario": lambda asked: cloud.set_scenario(str(asked["name"])),
        "faults": lambda asked: cloud.faults.change(**asked),
        "advance": lambda asked: cloud.advance(float(asked["seconds"])),
        "extensions": lambda asked: _extensions(cloud, asked),
        "trusted": lambda asked: _trust(cloud, asked["addresses"]),
        "dialect": lambda asked: setattr(cloud, "dialect", replace(cloud.dialect, **asked)),
        "walk": lambda asked: _callers(cloud).walk(**asked),
        "vcc": lambda asked: cloud.vcc.call(**asked),
        "realtime": lambda asked: cloud.realtime.control(**asked),
        "outcomes": lambda asked: cloud.campaigns.outcomes.update(_outcomes(asked)),
        "script": lambda asked: cloud.scripts.append(Script(**asked)),
    }
    if request.method == "DELETE" and name == "faults":
        cloud.faults.clear()
        return Answer.of_json({"ok": True})
    if request.method == "GET" and name in reading:
        return Answer.of_json(reading[name]())
    if request.method == "POST" and name in writing:
        asked = request.json()
        try:
            writing[name](asked)
        except (LookupError, TypeError, ValueError) as error:
            return Answer.of_json({"ok": False, "error": f"{type(error).__name__}: {error}"}, 400)
        return Answer.of_json({"ok": True})
    return Answer.of_json({"ok": False, "error": "no such door"}, 404)


def _callers(cloud: Cloud) -> Callers:
    if cloud.callers is None:
        raise ValueError("no address of an IVR was given")
    return cloud.callers


def _state(cloud: Cloud, pusher: Pusher | None) -> dict:
    centre = cloud.centre
    return {
        "now": cloud.now().isoformat(),
        "started": cloud.started.isoformat(),
        "speed": cloud.clock.speed,
        "seed": cloud.seed,
        "scenario": cloud.scenario.name,
        "scenarios": list(SCENARIOS),
        "ended": len(cloud.ended_legs()),
        "running": len(cloud.running_legs()),
        "requests": dict(cloud.requests),
        "dials": len(cloud.dials),
        "pushes": pusher.counts() if pusher else None,
        "faults": asdict(cloud.faults),
        "departments": [{"id": one.id, "name": one.name} for one in (centre.top, *centre.departments.values())],
        "queues": [{"id": one.id, "name": one.name, "department": one.department.id} for one in centre.queues],
        "campaigns": [{"id": one.id, "code": one.code, "name": one.name} for one in centre.campaigns],
        "agents": [
            {
                "name": one.name,
                "code": one.code,
                "identity_code": one.identity_code,
                "extension": one.extension.sip,
                "number": one.extension.number,
                "department": one.department.id,
                "offline": one.extension.sip in centre.offline,
                "blocked": one.extension.sip in centre.blocked,
                "status": status.id,
                "since": status.since.isoformat(),
                "at": status.sip,
            }
            for one, status in cloud.statuses()
        ],
    }


def _truth(cloud: Cloud, pusher: Pusher | None, asked: dict[str, str]) -> dict:
    """Every leg that ended after `since` (ISO 8601, optional), in both spellings; the last 20,000."""
    legs = cloud.ended_legs(datetime.fromisoformat(asked["since"]) if asked.get("since") else None)
    return {"total": len(legs), "legs": [_leg(cloud, pusher, leg) for leg in legs[-MOST_TRUTHS:]]}


def _leg(cloud: Cloud, pusher: Pusher | None, leg: Leg) -> dict:
    told = cloud.timeline.told[leg.key]
    entry = pusher.ledger.get(leg.key) if pusher else None
    return {
        "call_id": leg.call_id,
        "type": int(leg.kind),
        "started": leg.started.isoformat(),
        "ended": leg.ended.isoformat(),
        "visible_at": told.visible_at.isoformat(),
        "push": entry.as_dict() if entry else None,
        "notification": cloud.notification(leg),
        "call_log_row": cloud.call_log_row(leg),
    }


def _leads(cloud: Cloud) -> list[dict]:
    """Every call that each campaign was ever given, and what became of it."""
    with cloud.timeline.lock:
        cloud.timeline.catch_up()
        return [
            {
                "id": desk.campaign.id,
                "code": code,
                "enabled": cloud.campaigns.dials(desk),
                "members": desk.members,
                "leads": [asdict(lead) for lead in desk.leads],
            }
            for code, desk in cloud.campaigns.desks.items()
        ]


def _outcomes(asked: dict[str, str]) -> dict[str, str]:
    """What becomes of calls to a number (972…): a status, or "" for chance."""
    if not all(number.isdecimal() and isinstance(status, str) for number, status in asked.items()):
        raise ValueError("outcomes are statuses by number")
    return asked


def _extensions(cloud: Cloud, asked: dict) -> None:
    """Which extensions are offline or blocked: lists of SIP codes, each of which replaces the old list."""
    unknown = set(asked) - {"offline", "blocked"}
    strangers = {sip for sips in asked.values() for sip in sips} - set(cloud.centre.by_sip)
    if unknown or strangers:
        raise ValueError(f"unknown: {', '.join(sorted(unknown | strangers))}")
    for name, sips in asked.items():
        known = getattr(cloud.centre, name)
        known.clear()
        known.update(sips)


def _trust(cloud: Cloud, addresses: list[str] | None) -> None:
    cloud.trusted = None if addresses is None else set(addresses)
