#!/usr/bin/env python3
"""Copy the front-end files the console serves from their packages, with licences and hashes.

    python static/vendor/vendor.py           needs Node: installs the lock, copies, builds the icon sprite
    python static/vendor/vendor.py --check   needs nothing: every file still has its hash in MANIFEST.json

A new version: change package.json, run `npm install --package-lock-only --ignore-scripts` here, then
this script.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).resolve().parent
STATIC = HERE.parent
MANIFEST = HERE / "MANIFEST.json"
SPRITE = STATIC / "icons.svg"

# What is taken from each package, by its path in there; files with the licence are named second.
FILES = {
    "@fontsource-variable/rubik": (
        ["files/rubik-hebrew-wght-normal.woff2", "files/rubik-latin-wght-normal.woff2"],
        ["LICENSE"],
    ),
    "@tabler/core": (["dist/css/tabler.min.css", "dist/css/tabler.rtl.min.css"], []),
    "@tabler/icons": ([], ["LICENSE"]),
    "echarts": (["dist/echarts.min.js"], ["LICENSE", "NOTICE", "licenses/LICENSE-d3"]),
    "htmx.org": (["dist/htmx.min.js"], ["LICENSE"]),
    "idiomorph": (["dist/idiomorph-ext.min.js"], ["LICENSE"]),
    "jssip": ([], ["LICENSE"]),  # bundled in opensips-js
    "opensips-js": (["dist/opensips-js.iife.js"], []),
    "zrender": ([], ["LICENSE"]),  # bundled in echarts
}
# Packages that name their licence but ship no text of it: the holders stand in the file's own header or its facts.
HOLDERS = {
    "@tabler/core": "2018-2026 The Tabler Authors, codecalm.net Paweł Kuna; 2011-2026 The Bootstrap Authors",
    "opensips-js": "Bohdan Konechnyi and the opensips-js authors",
}

MIT = """MIT License

Copyright (c) {holders}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction, including
without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the
following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO
EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER
IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR
THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""

ISC = """ISC License

Copyright (c) {holders}

Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is
hereby granted, provided that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE
INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE,
DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN
CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
"""
TEXTS = {"MIT": MIT, "ISC": ISC}

SVG = "http://www.w3.org/2000/svg"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def copy_asset(source: Path, target: Path) -> None:
    """Copy a file; of text, drop the reference to a source map, which is not vendored."""
    if source.suffix in {".css", ".js"}:
        text = source.read_text(encoding="utf-8")
        target.write_text(re.sub(r"\n?(//|/\*)[#@] sourceMappingURL=.*", "", text), encoding="utf-8")
    else:
        shutil.copyfile(source, target)


def copy_package(package: Path, name: str) -> dict:
    """Copy one package's files and licence; the entry for the manifest."""
    facts = json.loads((package / "package.json").read_text())
    folder = HERE / f"{name.lstrip('@').replace('/', '-')}-{facts['version']}"
    folder.mkdir()
    files, licences = FILES[name]
    for file in files:
        copy_asset(package / file, folder / Path(file).name)
    for file in licences:
        shutil.copyfile(package / file, folder / Path(file).name)
    if not licences:
        (folder / "LICENSE").write_text(TEXTS[facts["license"]].format(holders=HOLDERS[name]))
    return {
        "version": facts["version"],
        "licence": facts["license"],
        "files": {path.relative_to(STATIC).as_posix(): digest(path) for path in sorted(folder.iterdir())},
    }


def symbol(icons: Path, line: str) -> ElementTree.Element:
    """One <symbol> of the sprite from a drawing of @tabler/icons."""
    name, _, style = line.partition(":")
    drawing = ElementTree.parse(icons / (style or "outline") / f"{name}.svg").getroot()  # noqa: S314 - pinned by hash
    filled = {"fill": "currentColor", "stroke": "none"} if style else {}
    element = ElementTree.Element(
        f"{{{SVG}}}symbol", {"id": "-".join(filter(None, [name, style])), "viewBox": "0 0 24 24", **filled}
    )
    for shape in drawing:
        if shape.get("d") != "M0 0h24v24H0z":
            shape.tail = None
            element.append(shape)
    return element


def build_sprite(icons: Path) -> None:
    ElementTree.register_namespace("", SVG)
    sprite = ElementTree.Element(f"{{{SVG}}}svg")
    sprite.append(ElementTree.Comment(" Tabler Icons, MIT; built by vendor/vendor.py from vendor/icons.txt "))
    for line in (HERE / "icons.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            sprite.append(symbol(icons, line))
    ElementTree.indent(sprite, space=" ")
    SPRITE.write_bytes(ElementTree.tostring(sprite, encoding="utf-8") + b"\n")


def vendor() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(HERE / name, Path(scratch, name))
        subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=scratch, check=True)  # noqa: S607 - the npm of PATH
        packages = Path(scratch, "node_modules")
        for old in HERE.glob("*-[0-9]*"):
            shutil.rmtree(old)
        manifest = {name: copy_package(packages / name, name) for name in FILES}
        build_sprite(packages / "@tabler/icons/icons")
    manifest["@tabler/icons"]["files"][SPRITE.relative_to(STATIC).as_posix()] = digest(SPRITE)
    MANIFEST.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def faults() -> list[str]:
    """What differs between the manifest and the files: changed, missing, or not listed."""
    listed = {
        path: known for entry in json.loads(MANIFEST.read_text()).values() for path, known in entry["files"].items()
    }
    present = {path.relative_to(STATIC).as_posix() for path in HERE.glob("*-[0-9]*/*")} | {SPRITE.name}
    found = [f"not in MANIFEST.json: {path}" for path in sorted(present - listed.keys())]
    found += [f"missing: {path}" for path in sorted(listed.keys() - present)]
    found += [f"changed: {path}" for path in sorted(listed.keys() & present) if digest(STATIC / path) != listed[path]]
    return found


if __name__ == "__main__":
    if "--check" not in sys.argv[1:]:
        vendor()
    for fault in (problems := faults()):
        print(fault, file=sys.stderr)
    sys.exit(bool(problems))
