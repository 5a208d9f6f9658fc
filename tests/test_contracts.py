"""The house stands as it is drawn: import contracts hold and can fail; settings fail at the door; nothing leaks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
HOUSE = ["voicenter_console", "calls", "dialer", "ivr"]


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    command = [
        str(Path(sys.executable).with_name("lint-imports")),
        "--no-cache",
        "--config",
        str(root / "pyproject.toml"),
    ]
    return subprocess.run(command, cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, capture_output=True, text=True)


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """The house, elsewhere, to plant things in."""
    elsewhere = tmp_path_factory.mktemp("house")
    for room in HOUSE:
        shutil.copytree(ROOT / room, elsewhere / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", elsewhere)
    return elsewhere


def test_the_contracts_hold():
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "0 broken" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("calls/merge.py", "from voicenter_console import urls"),
        ("calls/merge.py", "import dialer"),
        ("dialer/__init__.py", "import ivr"),
        ("voicenter_console/webhooks/inbox.py", "from calls import models"),
        ("voicenter_console/live/publish.py", "from voicenter_console.jobs import models"),
        ("voicenter_console/organisation/roles.py", "from voicenter_console.live import models"),
        ("voicenter_console/voicenter/wire.py", "import django"),
        ("voicenter_console/phones.py", "import django"),
        ("voicenter_console/vcc_live/cdr.py", "from voicenter_console.voicenter import wire"),
        ("voicenter_console/voicenter/wire.py", "from voicenter_console.vcc_live import cdr"),
        ("voicenter_console/vcc_live/cdr.py", "import django"),
        ("calls/views/log.py", "from voicenter_console.sandbox import cloud"),
        ("voicenter_console/sandbox/cloud.py", "from calls import models"),
    ],
)
def test_a_planted_import_breaks_them(copy, module, line):
    planted = copy / module
    before = planted.read_text()
    planted.write_text(f"{before}\n\ndef planted():\n    {line}\n")
    try:
        done = lint_imports(copy)
    finally:
        planted.write_text(before)
    assert done.returncode != 0
    assert "BROKEN" in done.stdout, done.stdout[-2000:] + done.stderr[-2000:]


def begin(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of its own, with this environment and no other."""
    known = {"SECRET_KEY": "for a test", "ALLOWED_HOSTS": "localhost", "DATA_DIR": str(tmp_path)}
    chosen = {name: value for name, value in (known | environment).items() if value is not None}
    return subprocess.run(
        [sys.executable, "-c", "from voicenter_console import settings; print(settings.DEBUG)"],
        cwd=ROOT, env={"PATH": os.environ["PATH"], **chosen}, capture_output=True, text=True,
    )  # fmt: skip


def test_settings_need_a_key_and_hosts_and_no_more(tmp_path):
    done = begin(tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, "False"), done.stderr


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY is required"),
        ({"SECRET_KEY": " "}, "SECRET_KEY is required"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS is required"),
        ({"DEBUG": "perhaps"}, "DEBUG should be one of"),
        ({"PORT": "eighty"}, "PORT should be a whole number"),
        ({"PORT": "٨٠"}, "PORT should be a whole number"),
        ({"PORT": "70000"}, "PORT should be a whole number"),
        ({"DATABASE_URL": "mysql://localhost/x"}, "DATABASE_URL should begin with"),
        ({"REDIS_URL": "http://localhost"}, "REDIS_URL should begin with"),
        ({"PUBLIC_URL": "console.example"}, "PUBLIC_URL should begin with"),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES should be a whole number"),
        ({"SECRET_KEY_FILE": "/nowhere/at/all"}, "SECRET_KEY_FILE cannot be read"),
    ],
)
def test_settings_fail_at_the_door(tmp_path, environment, word):
    done = begin(tmp_path, **environment)
    assert done.returncode != 0
    assert word in done.stderr
    assert "for a test" not in done.stderr


VENDOR_WORDS = [
    "ivruniqueid",
    "DialStatus",
    "CdrType",
    "seconds_waiting_in_queue",
    "representative_name",
    "CallerNumber",
]


def test_the_vendors_words_stay_in_the_library():
    for room in HOUSE:
        for path in (ROOT / room).rglob("*.py"):
            if {"voicenter", "sandbox"} & set(path.relative_to(ROOT).parts[:2]):
                continue
            text = path.read_text().casefold()
            assert not [word for word in VENDOR_WORDS if word.casefold() in text], path
