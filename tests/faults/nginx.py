"""The nginx of deploy/ before a console of a test: its own file, at ports of the test's own and without TLS."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.faults.chaos import Program, wait_until
from tests.faults.console import ROOT, answers, free_port

SITE = ROOT / "deploy" / "nginx" / "voicenter-console.conf"


def program() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


class Nginx:
    """Listens on 127.0.0.1:`port` for the console on `upstream`."""

    def __init__(self, folder: Path, upstream: int) -> None:
        self.port = free_port()
        file = folder / "nginx.conf"
        temporary = "".join(
            f"  {kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        file.write_text(
            f"daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log {folder}/nginx.log;\n"
            f"events {{ worker_connections 512; }}\nhttp {{\n{temporary}{self._site(folder, upstream)}\n}}\n"
        )
        command = [program(), "-p", str(folder), "-c", str(file)]
        self._program = Program("nginx", command, {"PATH": "/usr/sbin:/usr/bin"}, folder)

    def _site(self, folder: Path, upstream: int) -> str:
        site = SITE.read_text()
        over_http = re.search(r"^server \{\n    listen 80;.*?^\}\n", site, re.MULTILINE | re.DOTALL)
        site = site.replace(over_http[0], "")
        changes = {
            "server 127.0.0.1:8000;": f"server 127.0.0.1:{upstream};",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{self.port};",
            "    listen [::]:443 ssl http2;\n": "",
            "server_name console.example.org;": "server_name 127.0.0.1;",
            "/var/log/nginx": str(folder),
        }
        for theirs, ours in changes.items():
            assert theirs in site, theirs
            site = site.replace(theirs, ours)
        return re.sub(r"^    ssl_.*\n", "", site, flags=re.MULTILINE)

    def __enter__(self) -> Nginx:
        self._program.start()
        wait_until(lambda: not self._program.alive or answers(self.port), 20, "nginx answers")
        assert self._program.alive, self._program.log.read_text()
        return self

    def __exit__(self, *_: object) -> None:
        self._program.kill()
