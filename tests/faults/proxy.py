"""A TCP proxy between the console and its database or broker, which a test can make cut, refuse or delay."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
import time

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards 127.0.0.1:`port` to `upstream`. Faults hold for new data as soon as they are set.

    `cut_after`: once a client has sent these bytes, upstream still gets them and may act on them, but its answer
    never comes back: the client sees a reset. `refuse`: connections are closed at once. `delay` is in seconds.
    """

    def __init__(self, upstream: tuple[str, int]) -> None:
        self._upstream = upstream
        self._server = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._server.getsockname()[1]
        self.cut_after = b""
        self.refuse = False
        self.delay = 0.0
        self.cuts = 0
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    def close(self) -> None:
        self.refuse = True
        self._server.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _ = self._server.accept()
                if self.refuse:
                    _reset(client)
                else:
                    threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client, socket.create_connection(self._upstream) as server:
            cutting = False
            while not self.refuse:
                for source in select.select([client, server], [], [], 0.1)[0]:
                    data = source.recv(65536)
                    if not data:
                        return
                    if source is server and cutting:
                        self.cuts += 1
                        _reset(client)
                        return
                    time.sleep(self.delay)
                    if source is client and self.cut_after and self.cut_after in data:
                        cutting = True
                    (server if source is client else client).sendall(data)
            _reset(client)


def _reset(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        connection.close()
