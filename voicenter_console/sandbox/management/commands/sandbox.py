"""`manage.py sandbox`: the simulated Voicenter cloud on a port, pushing to a console's hook."""

import signal
import threading
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from voicenter_console import env
from voicenter_console.sandbox.callers import Callers
from voicenter_console.sandbox.clock import Clock
from voicenter_console.sandbox.cloud import CODE, Cloud
from voicenter_console.sandbox.http import make_server
from voicenter_console.sandbox.popups import PopUps
from voicenter_console.sandbox.pusher import Pusher
from voicenter_console.sandbox.scenarios import SCENARIOS
from voicenter_console.sandbox.vcc import CUSTOMER, VccLive
from voicenter_console.sandbox.words import Dialect
from voicenter_console.voicenter.wire import Format


class Command(BaseCommand):
    help = "Serve a simulated Voicenter cloud: call log, click2call, and pushes of every call that ends."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=env.number("SANDBOX_PORT", default=8090, least=1, most=65535))
        parser.add_argument("--monitors", type=int, default=2, help="how many monitors RealTime has, on free ports")
        parser.add_argument("--code", default=CODE, help="the account's code")
        parser.add_argument("--hook-url", default="", help="where ended calls are posted; without it none is")
        parser.add_argument("--ivr-url", default="", help="where callers of the external IVR ask what to do")
        parser.add_argument("--layer-url", default="", help="where callers of an external layer do")
        parser.add_argument(
            "--walk-every", type=float, default=20, help="virtual seconds from one such caller to the next"
        )
        parser.add_argument("--popup-url", default="", help="where calls that ring at extensions are told of")
        parser.add_argument("--vcc-url", default="", help="where VCC Live tells of its calls; without it it has none")
        parser.add_argument(
            "--vcc-customer", default=CUSTOMER, help="the customer's name at VCC Live; CODE is the token"
        )
        parser.add_argument(
            "--vcc-every", type=float, default=90, help="virtual seconds from one of its calls to the next"
        )
        parser.add_argument("--format", choices=[format.value for format in Format], help="one encoding for all pushes")
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--speed", type=float, default=1.0, help="virtual seconds in a second")
        parser.add_argument("--scenario", choices=list(SCENARIOS), default="busy")
        parser.add_argument("--history-days", type=int, default=3, help="whole days before today that have calls")

    def handle(self, **options) -> None:
        cloud = Cloud(
            options["seed"],
            Clock(speed=options["speed"]),
            code=options["code"],
            scenario=options["scenario"],
            history_days=options["history_days"],
            dialect=Dialect(recordings=f"http://{options['host']}:{options['port']}/CallsHistory/PlayRecord", ai=True),
        )
        only = Format(options["format"]) if options["format"] else None
        pusher = Pusher(cloud, options["hook_url"], only=only) if options["hook_url"] else None
        try:
            server = make_server(cloud, pusher, options["host"], options["port"])
        except OSError as error:
            raise CommandError(f"port {options['port']}: {error.strerror}") from error
        cloud.realtime.open(options["monitors"])
        cloud.realtime.run()
        running = _lines(cloud, options)
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        if pusher:
            pusher.start()
        self.stdout.write(f"Simulated Voicenter cloud on http://{options['host']}:{server.server_port}/")
        self.stdout.flush()
        stop.wait()
        server.shutdown()
        cloud.realtime.close()
        for line in running:
            line.stop()
        if pusher:
            pusher.stop()
        server.server_close()


def _lines(cloud: Cloud, options: dict) -> list[Callers | PopUps | VccLive]:
    """Start what speaks to the console besides the pushes, where an address was given for it."""
    running: list[Callers | PopUps | VccLive] = []
    if options["ivr_url"] or options["layer_url"]:
        cloud.callers = Callers(cloud, {"external": options["ivr_url"], "layer": options["layer_url"]})
        cloud.callers.start(options["walk_every"])
        running.append(cloud.callers)
    if options["popup_url"]:
        cloud.popups = PopUps(cloud, options["popup_url"])
        cloud.popups.start()
        running.append(cloud.popups)
    if options["vcc_url"]:
        cloud.vcc.customer, cloud.vcc.hook_url = options["vcc_customer"], options["vcc_url"]
        cloud.vcc.start(options["vcc_every"])
        running.append(cloud.vcc)
    return running
