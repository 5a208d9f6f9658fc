"""The Celery application. Messages are hints; the rows they point at are the truth (ADR 1)."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voicenter_console.settings")

TRANSPORT_ALIASES["embedded"] = "voicenter_console.broker:Folder"
TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = "voicenter_console.broker:Redis"
app = Celery("voicenter_console")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# For every thread: without this a web thread's hint goes to an application without a broker, and nowhere.
app.set_default()
