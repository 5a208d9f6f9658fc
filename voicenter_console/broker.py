"""Kombu's two brokers that we use, so that no worker dies of them: messages are hints (ADR 1), rows the truth.

The folder of files (ADR 2): Kombu writes a message in place, and reads without a lock. A worker that looks too early,
or finds what a killed process left half written, dies of it (tests/faults, T1). Here a message appears whole or not
at all, is taken by a rename, and what cannot be read is dropped.

Redis: when it goes away, Kombu 5.7 wants to give the messages it was working on back over the connection that is gone,
and the worker dies of that (F-04). Here they are not given back: the sweeps find their rows.
"""

from __future__ import annotations

import logging
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem, redis
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)


class FolderChannel(filesystem.Channel):
    """One end of the folder."""

    def _put(self, queue: str, payload: Any, **_: Any) -> None:
        whole = Path(self.data_folder_out) / f"{time.monotonic_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        hidden = whole.with_suffix(".writing")
        hidden.write_bytes(str_to_bytes(dumps(payload)))
        hidden.rename(whole)

    def _get(self, queue: str) -> Any:
        folder = Path(self.data_folder_in)
        waiting = sorted(path.name for path in folder.iterdir())
        for name in waiting:
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / f"{name}.taken"
            try:
                (folder / name).rename(taken)
            except FileNotFoundError:
                continue  # another worker was faster
            payload = taken.read_bytes()
            taken.unlink()
            try:
                return loads(bytes_to_str(payload))
            except ValueError:
                logger.warning("a message that cannot be read was dropped")
        raise Empty

    def get_table(self, exchange: str) -> list[Any]:
        try:
            return super().get_table(exchange)
        except ValueError:  # it is being written, or its writer was killed; the next binding mends it
            return []

    def _queue_bind(self, exchange: str, *args: Any) -> None:
        try:
            super()._queue_bind(exchange, *args)
        except ValueError:
            self._exchange_file(exchange).unlink(missing_ok=True)
            super()._queue_bind(exchange, *args)


class Folder(filesystem.Transport):
    Channel = FolderChannel


class RedisChannel(redis.Channel):
    do_restore = False


class Redis(redis.Transport):
    Channel = RedisChannel
