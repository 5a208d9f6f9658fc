"""WSGI: everything but the live stream."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voicenter_console.settings")

application = get_wsgi_application()
