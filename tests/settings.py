"""The console's own settings, with a place and keys of the test run's own."""

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "a key for tests only")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="console-tests-"))
if runner := os.environ.get("PYTEST_XDIST_WORKER"):
    # a place for each: locks are files there, and account 1 of one runner is not account 1 of the other
    os.environ["DATA_DIR"] = os.path.join(os.environ["DATA_DIR"], runner)

from voicenter_console.settings import *  # noqa: F403
from voicenter_console.settings import DATA_DIR, DATABASES, STORAGES

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # a file, so that threads and processes of a test share it as they do in life
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
DATABASES["default"]["CONN_MAX_AGE"] = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
(DATA_DIR / "static").mkdir(exist_ok=True)
