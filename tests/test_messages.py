"""The Hebrew catalogue: whole, in one spelling, and what is compiled is what is written."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import django
import polib
import pytest
from django.conf import settings

PLACE = Path("locale/he/LC_MESSAGES")
CODE = ["voicenter_console", "calls", "dialer", "ivr"]
MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
PLACEHOLDER = re.compile(r"%%?(?:\(\w+\))?[sd]")


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(settings.BASE_DIR / PLACE / "django.po"))


def forms(entry: polib.POEntry) -> dict[int, str]:
    """All Hebrew texts of an entry; a text without a plural is its form 0."""
    return entry.msgstr_plural or {0: entry.msgstr}


def names(entry: polib.POEntry) -> str:
    return f"{entry.msgctxt}: {entry.msgid}" if entry.msgctxt else entry.msgid


def test_nothing_is_untranslated_fuzzy_or_obsolete(catalogue: polib.POFile) -> None:
    assert [names(entry) for entry in catalogue.untranslated_entries()] == []
    assert [names(entry) for entry in catalogue.fuzzy_entries()] == []
    assert [names(entry) for entry in catalogue.obsolete_entries()] == []
    assert not catalogue.metadata_is_fuzzy
    assert len(catalogue) > 400


def test_the_plural_forms_are_djangos_own(catalogue: polib.POFile) -> None:
    own = Path(django.__file__).parent / "conf" / PLACE / "django.po"
    assert catalogue.metadata["Plural-Forms"] == polib.pofile(str(own)).metadata["Plural-Forms"]
    assert all(len(forms(entry)) == 4 for entry in catalogue if entry.msgid_plural)


def test_both_sides_have_the_same_placeholders(catalogue: polib.POFile) -> None:
    for entry in catalogue:
        wanted = Counter(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for form, text in forms(entry).items():
            found = Counter(PLACEHOLDER.findall(text))
            # 'one call' needs no figure
            assert found == wanted or (entry.msgid_plural and form == 0 and found <= wanted), names(entry)


def test_hebrew_is_spelled_as_the_design_says(catalogue: polib.POFile) -> None:
    for entry in catalogue:
        for text in forms(entry).values():
            assert not re.search(r"[א-ת]/[א-ת]", text), f"both genders: {text}"
            assert not re.search(r"[א-ת][\"']|[\"'][א-ת]", text), f"quotes are ״ and ׳: {text}"
            assert not re.search(r"[א-ת]-", text), f"the hyphen is ־: {text}"
            assert not re.search(r"ווי?סנטר|וויסנטר", text), f"Voicenter stays Latin: {text}"
            assert text == text.strip(), text
            assert "!" not in text, text


def test_what_is_compiled_is_what_is_written(catalogue: polib.POFile) -> None:
    compiled = polib.mofile(str(settings.BASE_DIR / PLACE / "django.mo"))

    def said(entries: Iterator[polib.POEntry]) -> dict[tuple[str | None, str], dict[int, str]]:
        return {(entry.msgctxt, entry.msgid): forms(entry) for entry in entries}

    assert said(compiled) == said(catalogue)


def marked(path: Path) -> Iterator[tuple[str | None, str]]:
    """Context and text of every literal that a Python file marks for translation."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        said = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        if node.func.id in MARKS and said and isinstance(said[0], str):
            yield None, said[0]
        elif node.func.id in {"pgettext", "pgettext_lazy"}:
            yield said[0], said[1]


def test_every_marked_text_of_the_code_is_in_the_catalogue(catalogue: polib.POFile) -> None:
    """Also those that xgettext overlooks, inside an f-string."""
    known = {(entry.msgctxt, entry.msgid) for entry in catalogue}
    files = [path for app in CODE for path in (settings.BASE_DIR / app).rglob("*.py")]
    found = [(path, text) for path in files for text in marked(path)]
    assert len(found) > 200
    assert [(path.name, text) for path, text in found if text not in known] == []


@pytest.mark.slow
def test_extraction_finds_nothing_else(catalogue: polib.POFile, tmp_path: Path) -> None:
    if not shutil.which("xgettext"):
        pytest.skip("xgettext is missing: what the templates mark was not compared with the catalogue")
    tree = tmp_path / "tree"
    for part in [*CODE, "templates", "locale"]:
        shutil.copytree(settings.BASE_DIR / part, tree / part, ignore=shutil.ignore_patterns("*.pyc", "*.mo"))
    shutil.copy(settings.BASE_DIR / "manage.py", tree)
    (tree / PLACE / "django.po").unlink()
    command = [sys.executable, "manage.py", "makemessages", "--locale", "he", "--no-location"]
    environment = {
        **os.environ,
        "DEBUG": "1",
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "voicenter_console.settings",
    }
    subprocess.run(command, cwd=tree, env=environment, check=True, capture_output=True)

    def keys(entries: polib.POFile) -> set[tuple[str | None, str, str]]:
        return {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in entries}

    extracted = keys(polib.pofile(str(tree / PLACE / "django.po")))
    assert extracted - keys(catalogue) == set(), "run `make messages`, and translate"
    assert keys(catalogue) - extracted == set(), "said nowhere any more: run `make messages`"
