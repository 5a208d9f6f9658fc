"""The console's processes, and the supervisor that starts, restarts and ends them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.conf import settings

_PYTHON = sys.executable


def console(port: int | None = None, web_processes: int | None = None) -> dict[str, list[str]]:
    """The programs of `manage.py up`, by name; the web listens on `port`, by default on the setting PORT.

    Of two web processes or more, SIGHUP to the first of its programs brings new ones into service before the old ones
    end; a single one would end (ADR 16). An idle connection is kept for longer than a proxy keeps it.
    """
    served_by = str(web_processes or os.environ.get("WEB_PROCESSES", "1"))
    web = [
        _PYTHON, "-m", "uvicorn", "voicenter_console.asgi:application", "--host", os.environ.get("BIND", "127.0.0.1"),
        "--port", str(port or settings.PORT), "--workers", served_by,
        "--timeout-worker-healthcheck", "60", "--timeout-graceful-shutdown", "6", "--timeout-keep-alive", "75",
        "--no-access-log", "--no-server-header", "--log-level", "warning",
        "--no-proxy-headers",
    ]  # fmt: skip
    celery = [_PYTHON, "-m", "celery", "--quiet", "--app", "voicenter_console.celery"]
    worker = [*celery, "worker", "--pool", "threads", "--concurrency", "4", "--loglevel", "WARNING",
              "--without-gossip", "--without-mingle"]  # fmt: skip
    beat = [*celery, "beat", "--loglevel", "WARNING", "--pidfile="]
    collector = [_PYTHON, "manage.py", "collector"]
    return {"web": web, "worker": worker, "beat": beat, "collector": collector}


def supervise(programs: Mapping[str, Sequence[str]], environment: Mapping[str, str]) -> None:
    """Replace this process by a supervisor of `programs`. Ctrl-C or SIGTERM ends them all; whatever dies is restarted.

    Does not return.
    """
    folder = Path(settings.DATA_DIR) / "up"
    folder.mkdir(exist_ok=True)
    config = folder / "supervisord.conf"
    lines = [
        "[supervisord]", "nodaemon=true", "silent=true", "logfile=/dev/null", "logfile_maxbytes=0",
        f"pidfile={folder}/supervisord.pid", f"childlogdir={folder}", f"directory={settings.BASE_DIR}",
        *(["user=root"] if os.getuid() == 0 else []),
    ]  # fmt: skip
    for name, command in programs.items():
        lines += [
            "", f"[program:{name}]", f"command={' '.join(command)}".replace("%", "%%"),
            "autorestart=true", "startsecs=1", "startretries=1000000", "stopwaitsecs=8",
            "stopasgroup=true", "killasgroup=true", "stdout_logfile=/dev/fd/1", "stdout_logfile_maxbytes=0",
            "redirect_stderr=true",
        ]  # fmt: skip
    config.write_text("\n".join(lines) + "\n")
    os.environ.update(environment)
    if stat.S_ISSOCK(os.fstat(1).st_mode):
        # A journal's socket cannot be opened again by name, which the supervisor does; a pipe can.
        os.dup2(subprocess.Popen(["cat"], stdin=subprocess.PIPE).stdin.fileno(), 1)
    os.execv(_PYTHON, [_PYTHON, "-m", "supervisor.supervisord", "--configuration", str(config)])
