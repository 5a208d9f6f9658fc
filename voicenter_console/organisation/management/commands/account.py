"""`manage.py account add NAME --code CODE`: a provider account, and the addresses of its hooks."""

import re
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from voicenter_console.organisation import audit, tokens
from voicenter_console.organisation.models import Account, HookToken

# By provider: the channels that share a token, and those with one of their own.
_CHANNELS = {
    Account.Provider.VOICENTER: (("cdr", "ivr", "layer"), ("popup",)),
    Account.Provider.VCC: (("vcc",), ()),
}
_IN_AN_ADDRESS = re.compile(r"[A-Za-z0-9._~-]{1,200}")
_LONG_ENOUGH = 20


class Command(BaseCommand):
    help = "Add a provider account and print the hook addresses to give to Voicenter."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="act", required=True)
        add = commands.add_parser("add", help="add an account")
        add.add_argument("name")
        add.add_argument("--code", default="", help="the account code, as Voicenter gave it; at VCC Live the token")
        add.add_argument("--hook-token", default="", help="use this token for cdr, ivr and layer; at VCC Live for vcc")
        add.add_argument("--base-url", default="", help="one address for every API of the provider")
        add.add_argument("--provider", choices=Account.Provider.values, default=Account.Provider.VOICENTER)
        add.add_argument("--customer", default="", help="customer name at VCC Live")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["provider"] == Account.Provider.VCC and not options["customer"]:
            raise CommandError("An account at VCC Live needs --customer, its name there.")
        if Account.objects.filter(name=options["name"]).exists():
            raise CommandError(f"There is an account {options['name']!r} already.")
        if given := options["hook_token"]:
            self._check(given)
        with transaction.atomic():
            account = Account.objects.create(
                name=options["name"], code=options["code"], provider=options["provider"],
                customer=options["customer"], hosts={"base": options["base_url"]} if options["base_url"] else {},
                pulls=options["provider"] == Account.Provider.VOICENTER,
            )  # fmt: skip
            audit.record(None, "account.added", account)
            together, apart = _CHANNELS[account.provider]
            token = HookToken.issue(account, together, options["hook_token"])
            issued = [(channel, token) for channel in together]
            issued += [(channel, HookToken.issue(account, [channel])) for channel in apart]
        base = settings.PUBLIC_URL or f"http://127.0.0.1:{settings.PORT}"
        self.stdout.write(f"These addresses are secrets. Give them to {account.get_provider_display()}:")
        for channel, token in issued:
            self.stdout.write(f"{channel:6} {base}/hooks/{token}/{channel}/")

    def _check(self, token: str) -> None:
        """A token of one's own is the whole secret of a hook: guesses are refused, not slowed."""
        if not _IN_AN_ADDRESS.fullmatch(token):
            raise CommandError("A hook token is up to 200 letters, digits and - . _ ~, as it stands in an address.")
        if HookToken.objects.filter(digest=tokens.digest(token)).exists():
            raise CommandError("That hook token is in use already.")
        if len(token) < _LONG_ENOUGH:
            self.stderr.write(f"This hook token is short; one of {_LONG_ENOUGH} characters or more cannot be guessed.")
