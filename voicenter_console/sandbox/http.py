"""The cloud as a WSGI application on the vendor's own paths, and a small threaded server for it."""

import time
from collections.abc import Callable
from http import HTTPStatus
from socketserver import TCPServer, ThreadingMixIn
from types import ModuleType
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from voicenter_console.sandbox import (
    agents,
    call_log,
    click2call,
    control,
    dialer,
    monitor,
    realtime,
    recordings,
    vcc,
)  # fmt: skip
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.exchange import Answer, Request
from voicenter_console.sandbox.pusher import Pusher

DOORS = {
    "/hub/cdr": call_log,
    "/forwarddialer/click2call.aspx": click2call,
    **dict.fromkeys(monitor.PATHS, monitor),
    **dict.fromkeys(agents.PATHS, agents),
    **dict.fromkeys(realtime.PATHS, realtime),
    **dict.fromkeys(dialer.PATHS, dialer),
    vcc.PATH: vcc,
    recordings.PREFIX.rstrip("/"): recordings,  # and what lies in it
}
HTML = "text/html; charset=utf-8"


def application(cloud: Cloud, pusher: Pusher | None = None) -> Callable:
    """The WSGI application. Paths are read without regard to case and to a slash at the end."""

    def app(environ: dict, start_response: Callable) -> list[bytes]:
        request = Request.of(environ)
        answer = _answer(cloud, pusher, request)
        status = HTTPStatus(answer.status)
        headers = [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body) + answer.dies))]
        start_response(f"{status.value} {status.phrase}", [*headers, *answer.headers])
        cut = cloud.faults.cut if _door(request) and cloud.faults.at(_door(request)) else None
        return [answer.body if cut is None else answer.body[:cut]]

    return app


def _module(request: Request) -> ModuleType | None:
    path = request.path.rstrip("/").lower()
    if path.startswith(vcc.PREFIX):
        return vcc
    return DOORS.get(path) or (recordings if path.startswith(recordings.PREFIX) else None)


def _door(request: Request) -> str:
    module = _module(request)
    return module.DOOR if module else ""


def _answer(cloud: Cloud, pusher: Pusher | None, request: Request) -> Answer:
    if request.path.lower().startswith("/sandbox"):
        return control.answer(cloud, pusher, request)
    door = _door(request)
    if not door:
        cloud.requests["unknown"] += 1
        return Answer(404, b"<h1>Not found</h1>", HTML)
    if request.method not in ("GET", "POST"):
        return Answer(405, b"", HTML, (("Allow", "GET, POST"),))
    cloud.requests[door] += 1
    faults = cloud.faults
    broken = faults.at(door)
    if cloud.out_now() or (broken and faults.down):
        return Answer(503, b"<h1>Service unavailable</h1>", HTML)
    answer = _module(request).answer(cloud, request)
    if broken and faults.slow:
        time.sleep(faults.slow)
    if broken and faults.html:
        return Answer(200, b"<html><body>Welcome</body></html>", HTML)
    return answer


class Server(ThreadingMixIn, WSGIServer):
    """A thread a request; threads die with the process."""

    daemon_threads = True
    request_queue_size = 128

    def server_bind(self) -> None:
        # WSGIServer would ask the resolver for the host's name, which can take seconds without a network.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]
        self.setup_environ()


class QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args) -> None:
        """No line a request: the counters of the control door say more, and a URL may hold a code."""


def make_server(cloud: Cloud, pusher: Pusher | None, host: str, port: int) -> Server:
    """A server ready for `serve_forever`; port 0 takes a free one. Raises OSError where it is taken."""
    server = Server((host, port), QuietHandler)
    server.set_app(application(cloud, pusher))
    return server
