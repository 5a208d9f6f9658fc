"""The documents say what the code does: variables, endpoints, guesses, rights, schedule, processes, links."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from prometheus_client import REGISTRY

from tests.voicenter.asking import client_methods
from voicenter_console import processes, urls
from voicenter_console.organisation.roles import RIGHTS, Right, Role
from voicenter_console.sandbox import http as sandbox

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
CODE = [ROOT / name for name in ("voicenter_console", "calls", "dialer", "ivr")]
PAGES = [*DOCS.rglob("*.md"), ROOT / "README.md", *(ROOT / "deploy").rglob("*.md")]
# Not for people who run the console: Django's own, and one that only a test's own process sets.
UNDOCUMENTED = {"DJANGO_SETTINGS_MODULE", "FAULT_POINT"}
BACKTICKED = re.compile(r"`([^`]+)`")
# Which part of the simulated cloud speaks to a hook.
SENDERS = {"cdr": "pusher", "popup": "popups", "vcc": "vcc", "ivr": "callers", "layer": "callers"}
# What the new library can do beyond the document's phone.
NOT_OF_THE_DOCUMENT = {"holdCall", "unholdCall", "sendDTMF", "changeIsMuted"}
GUESS = re.compile(r"\bGuess\b|\b[Aa] guess[:.]")


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    text = (DOCS / page).read_text().split(f"# {heading}\n", 1)[1]
    lines = [line for line in text.split("\n#", 1)[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def code(cell: str) -> str:
    """What stands between a cell's first backticks."""
    return BACKTICKED.findall(cell)[0]


def variables_read() -> Iterator[str]:
    """Names that the code asks the environment for."""
    texts = (file.read_text() for folder in CODE for file in folder.rglob("*.py"))
    for text in (text for text in texts if "env" in text):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                asked = f"{ast.unparse(node.func.value)}.{node.func.attr}"
                reads = re.fullmatch(r"env\.(text|flag|number|words|url)|os\.environ\.(get|setdefault)", asked)
                if reads and isinstance(node.args[0], ast.Constant):
                    yield node.args[0].value


def variables_written() -> list[str]:
    return re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_every_variable_that_is_read_is_explained_and_no_other():
    assert sorted(variables_written()) == sorted(set(variables_read()) - UNDOCUMENTED)


def test_every_variable_has_words_above_it():
    lines = (ROOT / ".env.example").read_text().splitlines()
    assigned = re.compile(r"#?[A-Z][A-Z_]+=")
    for number, line in enumerate(lines):
        if assigned.match(line):
            above = next(text for text in reversed(lines[:number]) if not assigned.match(text))
            assert above.startswith("# "), line
            assert not above.startswith("# ---"), line


def load_example(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Read the settings with the example's values, those that are commented out included."""
    environment = {"PATH": os.environ["PATH"]}
    for line in (ROOT / ".env.example").read_text().splitlines():
        if found := re.match(r"#?([A-Z][A-Z_]+)=(.*)", line):
            environment[found[1]] = found[2]
    environment |= {"DATA_DIR": str(folder), **more}
    command = [sys.executable, "-c", "import voicenter_console.settings"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_the_example_is_accepted_once_it_has_a_key(tmp_path: Path):
    loaded = load_example(tmp_path, SECRET_KEY="a key for this test")
    assert loaded.returncode == 0, loaded.stderr


def test_the_example_has_no_key_that_somebody_could_leave_in_place(tmp_path: Path):
    assert "SECRET_KEY is required" in load_example(tmp_path).stderr


def endpoints() -> list[list[str]]:
    """The rows of what servers speak: S12 is a browser's."""
    return [row for row in rows("voicenter-api.md", "Endpoints") if row[0] != "S12"]


def test_every_system_of_the_contract_has_its_rows():
    systems = {one for row in rows("voicenter-api.md", "Endpoints") for one in row[0].split(", ")}
    assert systems == {*(f"S{number}" for number in range(1, 15)), "recordings"}


def test_the_web_phone_s_row_names_what_there_is():
    (row,) = (row for row in rows("voicenter-api.md", "Endpoints") if row[0] == "S12")
    for name in (*BACKTICKED.findall(row[2]), *BACKTICKED.findall(row[3])):
        assert (ROOT / name).is_file(), name


def test_every_method_and_callback_of_the_document_s_phone_is_mapped():
    """Its six and its ten, on the page, in our phone, and to names that the vendored library has."""
    told = json.loads((ROOT / "tests/fixtures/voicenter/documents/web-phone.json").read_text())
    assert (len(told["methods"]), len(told["callbacks"])) == (6, 10)
    phone = (ROOT / "static" / "js" / "phone.js").read_text()
    (library,) = (path.read_text() for path in (ROOT / "static" / "vendor").glob("opensips-js-*/*.js"))
    written = rows("voicenter-api.md", "Web phone")
    listed = {re.match(r"\w+", name)[0] for row in written for name in BACKTICKED.findall(row[0])}
    assert listed == {*told["methods"], *told["callbacks"]}
    for name in told["methods"]:
        assert re.search(rf"^    (async )?{name}\(", phone, re.MULTILINE), name
    for name in told["callbacks"]:
        assert f"{name}: nothing" in phone, name
        assert len(re.findall(rf"this\.{name}\b", phone)) >= 1, name
    for theirs in re.findall(r"audio\.(\w+)\(", phone) + re.findall(r'\.(?:on|subscribe)\("(\w+)"', phone):
        assert re.search(rf"\b{theirs}\b", library), theirs
        assert theirs in " ".join(row[1] for row in written) or theirs in NOT_OF_THE_DOCUMENT, theirs


def test_every_client_method_and_every_hook_has_its_row():
    hooks = {hook.callback.view_class.__name__ for hook in urls.hooks}
    listed = {name for row in endpoints() for name in BACKTICKED.findall(row[2])}
    assert listed == client_methods() | {"vcc_live.cdr.by_uuid"} | hooks


def test_each_row_names_what_the_golden_files_send():
    """The same function asks the same path in the same way, in the document and on the wire."""
    asked = {}
    for row in endpoints():
        methods, _, path = code(row[1]).rpartition(" ")
        for name in BACKTICKED.findall(row[2]):
            asked |= {(name, method, path.rstrip("/").lower()): False for method in methods.split(", ")}
    sent = set()
    for file in (ROOT / "tests" / "fixtures" / "voicenter" / "golden").iterdir():
        method, url = file.read_text().split("\n", 1)[0].split(" ", 1)
        name = ".".join(file.name.split(".")[:2])
        sent.add((name, method, urlsplit(url).path.rstrip("/").lower()))
    known = {one for one in asked if one[0] in client_methods() - {"call_log.ask"}}
    assert sent - known == {("realtime.log_in", "POST", "/v2/login")}  # an address of the account's own
    assert known - sent == set()


def test_every_sandbox_door_has_its_row():
    written = {}
    for row in endpoints():
        path = re.sub(r"^(GET|POST)(, POST)? ", "", code(row[1])).rstrip("/")
        written[path.lower()] = next(iter(BACKTICKED.findall(row[3])), "").removesuffix(".py")
    doors = {path: module.__name__.rpartition(".")[2] for path, module in sandbox.DOORS.items()}
    hooks = {f"/hooks/<token>/{hook.pattern}".rstrip("/"): SENDERS[hook.name] for hook in urls.hooks}
    assert written == doors | hooks


def test_every_guess_in_the_code_is_listed():
    listed = Counter(code(row[1]) for row in rows("voicenter-api.md", "Guesses"))
    written: Counter[str] = Counter()
    for package in ("voicenter", "sandbox"):
        for file in (ROOT / "voicenter_console" / package).rglob("*.py"):
            if file.name != "__init__.py":  # the sandbox's own docstring explains the word
                written[f"{package}/{file.name}"] += len(GUESS.findall(file.read_text()))
    assert listed == +written


def test_the_table_of_rights_is_the_code_s():
    for right, *roles, words in rows("security.md", "Roles and rights"):
        for role, cell in zip(Role, roles, strict=True):
            assert (cell == "yes") == (Right(code(right)) in RIGHTS[role]), (right, role)
        assert words
    assert [code(row[0]) for row in rows("security.md", "Roles and rights")] == list(Right)


def test_the_beat_schedule_is_the_settings():
    written = {code(row[0]): row[1] for row in rows("operations.md", "Beat's schedule")}
    assert written.keys() == settings.CELERY_BEAT_SCHEDULE.keys()
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        assert f"{entry['schedule'].total_seconds():.0f} s" in written[name]


def test_every_figure_is_explained():
    page = (DOCS / "operations.md").read_text()
    own = [family for family in REGISTRY.collect() if not family.name.startswith(("python_", "process_"))]
    assert own
    for family in own:
        assert f"`{family.name}_total`" in page or f"`{family.name}`" in page, family.name


def test_a_push_moves_the_figures(post_hook: Callable[..., object], a_push: dict):
    def figure(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(name, {"channel": "cdr", **labels}) or 0

    kept, timed = figure("hooks_received_total", err="0"), figure("hooks_seconds_count")
    post_hook(a_push)
    assert figure("hooks_received_total", err="0") == kept + 1
    assert figure("hooks_seconds_count") == timed + 1


@pytest.mark.parametrize("name", ["web", "worker", "beat", "collector"])
def test_the_units_start_what_up_starts(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("BIND", raising=False)
    monkeypatch.setattr(settings, "PORT", 8000)
    unit = (ROOT / "deploy" / "systemd" / f"voicenter-console-{name}.service").read_text()
    command = shlex.split(re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)[1])
    assert command[0] == "/srv/voicenter-console/.venv/bin/python"
    assert command[1:] == list(processes.console(web_processes=2)[name][1:])


def test_every_decision_has_a_number_of_its_own_and_stands_on_the_map_once():
    decided = {}
    for file in (DOCS / "adr").glob("*.md"):
        number = int(file.name[:4])
        assert number not in decided, (file.name, decided[number])
        assert file.read_text().startswith(f"# {number}. "), file.name
        decided[number] = f"adr/{file.name}"
    page = (DOCS / "architecture.md").read_text()
    listed = re.findall(r"^\| \[(\d+)\]\((adr/[^)]+)\)", page, re.MULTILINE)
    assert [(int(number), target) for number, target in listed] == sorted(decided.items())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_link_is_dead(page: Path):
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", found.read_text(), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in headings}, target
