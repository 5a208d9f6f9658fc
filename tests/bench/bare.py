"""The limit that the hook is held against: a WSGI function that does one INSERT of the raw body and commits.

It stands on the same server, behind the same adapter with as many threads, with a connection per thread that stays
open. On SQLite its threads queue at a lock, which is faster than letting them poll the database's.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from typing import Any

import psycopg

from voicenter_console.asgi import HOOK_THREADS, over_wsgi

DATABASE = os.environ["BARE_DATABASE"]
_POSTGRES = DATABASE.startswith("postgres")
_mine = threading.local()
_one_writer = threading.Lock()
_ANSWER = b'{"err": 0, "errdesc": "OK"}'


def _connection() -> Any:
    if not hasattr(_mine, "connection"):
        if _POSTGRES:
            _mine.connection = psycopg.connect(DATABASE, autocommit=True)
        else:
            _mine.connection = sqlite3.connect(DATABASE, isolation_level=None)
            _mine.connection.execute("PRAGMA synchronous=FULL")
    return _mine.connection


def _keep(body: bytes) -> None:
    if _POSTGRES:
        _connection().execute("INSERT INTO bare (body) VALUES (%s)", [body])
        return
    with _one_writer:
        _connection().execute("INSERT INTO bare (body) VALUES (?)", [body])


def bare(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    _keep(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(_ANSWER)))])
    return [_ANSWER]


application = over_wsgi(bare, HOOK_THREADS)
CREATE = {
    True: "CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, body bytea NOT NULL)",
    False: "CREATE TABLE IF NOT EXISTS bare (id integer PRIMARY KEY, body blob NOT NULL)",
}[_POSTGRES]
