"""`manage.py account add NAME --code CODE`: a provider account, and the addresses of its hooks."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from voicenter_console.organisation import audit
from voicenter_console.organisation.models import Account, HookToken

_CLOUD = ("cdr", "ivr", "layer")
_APART = ("popup", "vcc")


class Command(BaseCommand):
    help = "Add a provider account and print the hook addresses to give to Voicenter."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="act", required=True)
        add = commands.add_parser("add", help="add an account")
        add.add_argument("name")
        add.add_argument("--code", default="", help="the account code, as Voicenter gave it")
        add.add_argument("--hook-token", default="", help="use this token for cdr, ivr and layer")
        add.add_argument("--base-url", default="", help="one address for every API of the provider")
        add.add_argument("--provider", choices=Account.Provider.values, default=Account.Provider.VOICENTER)
        add.add_argument("--customer", default="", help="customer name at VCC Live")

    def handle(self, *args: Any, **options: Any) -> None:
        if Account.objects.filter(name=options["name"]).exists():
            raise CommandError(f"There is an account {options['name']!r} already.")
        with transaction.atomic():
            account = Account.objects.create(
                name=options["name"], code=options["code"], provider=options["provider"],
                customer=options["customer"], hosts={"base": options["base_url"]} if options["base_url"] else {},
                pulls=options["provider"] == Account.Provider.VOICENTER,
            )  # fmt: skip
            cloud = HookToken.issue(account, _CLOUD, options["hook_token"])
            audit.record(None, "account.added", account)
            apart = {channel: HookToken.issue(account, [channel]) for channel in _APART}
        base = settings.PUBLIC_URL or f"http://127.0.0.1:{settings.PORT}"
        self.stdout.write("These addresses are secrets. Give them to Voicenter:")
        for channel in _CLOUD:
            self.stdout.write(f"{channel:6} {base}/hooks/{cloud}/{channel}/")
        for channel, token in apart.items():
            self.stdout.write(f"{channel:6} {base}/hooks/{token}/{channel}/")
