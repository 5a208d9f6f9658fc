"""What beat asks for, and how often. A message that was not taken before the next one expires (ADR 1)."""

from datetime import timedelta

from voicenter_console import env

BEAT = {
    "contacts.forget": {
        "task": "calls.tasks.forget_merged_contacts",
        "schedule": timedelta(minutes=10),
        "options": {"expires": 500},
    },
    "calls.sync": {
        "task": "calls.tasks.sync_call_log",
        "schedule": timedelta(seconds=env.number("SYNC_SECONDS", default=300, least=5)),
        "options": {"expires": 240},
    },
    "calls.mirror": {
        "task": "calls.tasks.mirror",
        "schedule": timedelta(minutes=15),
        "options": {"expires": 800},
    },
    "calls.dials": {
        "task": "calls.tasks.sweep_dials",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 4},
    },
    "calls.lost_dials": {
        "task": "calls.tasks.look_for_dials",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 4},
    },
    "calls.recoveries": {
        "task": "calls.tasks.sweep_recoveries",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 4},
    },
    "calls.told_figures": {
        "task": "calls.tasks.tell_figures",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 50},
    },
    "calls.figures": {
        "task": "calls.tasks.add_up",
        "schedule": timedelta(seconds=10),
        "options": {"expires": 9},
    },
    "calls.tidy": {
        "task": "calls.tasks.tidy_media",
        "schedule": timedelta(minutes=30),
        "options": {"expires": 1700},
    },
    "dialer.mirror": {
        "task": "dialer.tasks.mirror_campaigns",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 50},
    },
    "dialer.acts": {
        "task": "dialer.tasks.sweep_acts",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 4},
    },
    "jobs.sweep": {
        "task": "voicenter_console.jobs.tasks.sweep",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 4},
    },
    "webhooks.sweep": {
        "task": "voicenter_console.webhooks.tasks.sweep",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 4},
    },
    "jobs.beat": {
        "task": "voicenter_console.jobs.tasks.heartbeat",
        "schedule": timedelta(seconds=10),
        "options": {"expires": 9},
    },
    "ivr.sessions": {
        "task": "ivr.tasks.sweep_sessions",
        "schedule": timedelta(minutes=10),
        "options": {"expires": 500},
    },
    "notifications.sweep": {
        "task": "voicenter_console.notifications.tasks.sweep",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 4},
    },
    "notifications.prune": {
        "task": "voicenter_console.notifications.tasks.prune",
        "schedule": timedelta(hours=6),
        "options": {"expires": 20000},
    },
    "live.prune": {
        "task": "voicenter_console.live.tasks.prune",
        "schedule": timedelta(minutes=10),
        "options": {"expires": 500},
    },
}
