"""`manage.py demo`: the console with a simulated call centre, ready to click."""

from __future__ import annotations

import json
import os
import secrets
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management.base import BaseCommand
from django.db import transaction

from calls.models import Agent, Contact, ContactNumber, Extension
from voicenter_console import env, phones, processes
from voicenter_console.organisation.models import Account, Department, HookToken, User
from voicenter_console.organisation.roles import Role

from .up import prepare

NAME = "Demo centre"
_ROUNDS = 10_000
_TOKENS = ("hook", "popup", "vcc")
# What callers of the simulated IVR are answered while no flow is published: layers of its queues.
_TO_SERVICE = {"do": "go_to_layer", "layer": 20}
_TO_SALES = {"do": "go_to_layer", "layer": 21, "custom": {"crm_id": "7"}}


class Command(BaseCommand):
    help = "Run the console against a simulated Voicenter cloud, with people to sign in as."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scenario", default="busy", help="how the simulated day goes")

    def handle(self, *args: Any, **options: Any) -> None:
        port = env.number("SANDBOX_PORT", default=8090, least=1, most=65535)
        prepare()
        secret = self._secrets()
        account = self._account(secret, f"http://127.0.0.1:{port}")
        cast = json.loads((Path(__file__).parent.parent / "cast.json").read_text())
        with transaction.atomic():
            passwords = [(self._person(account, who), who) for who in cast]
        self._welcome(passwords)
        sandbox = [sys.executable, "manage.py", "sandbox", "--port", str(port), "--code", secret["code"],
                   *self._hooks(secret), "--scenario", options["scenario"]]  # fmt: skip
        processes.supervise(
            {**processes.console(), "sandbox": sandbox},
            {"DEMO": "1", "SYNC_SECONDS": "20", "ALLOW_HTTP_HOSTS": "127.0.0.1"},
        )

    def _secrets(self) -> dict[str, str]:
        """The demo's own codes, made on its first start."""
        file = Path(settings.DATA_DIR) / "demo.json"
        known = json.loads(file.read_text()) if file.exists() else {}
        made = {"code": secrets.token_hex(16), **{name: secrets.token_urlsafe(32) for name in _TOKENS}, **known}
        if made != known:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as out:
                json.dump(made, out)
        return made

    def _hooks(self, secret: dict[str, str]) -> list[str]:
        """The sandbox's options for the hooks it speaks to."""
        at = f"http://127.0.0.1:{settings.PORT}/hooks"
        urls = {"hook": f"{secret['hook']}/cdr", "ivr": f"{secret['hook']}/ivr", "layer": f"{secret['hook']}/layer",
                "popup": f"{secret['popup']}/popup", "vcc": f"{secret['vcc']}/vcc"}  # fmt: skip
        return [word for name, path in urls.items() for word in (f"--{name}-url", f"{at}/{path}/")]

    @transaction.atomic
    def _account(self, secret: dict[str, str], base: str) -> Account:
        account, created = Account.objects.update_or_create(
            name=NAME,
            defaults={
                "code": secret["code"], "hosts": {"base": base}, "recording_hosts": [base.removeprefix("http://")],
                "realtime_way": Account.RealTimeWay.TOKEN, "realtime_secret": secret["code"],
            },
        )  # fmt: skip
        if created:
            HookToken.issue(account, ["cdr", "ivr", "layer"], secret["hook"])
            HookToken.issue(account, ["popup"], secret["popup"])
            Account.objects.filter(pk=account.pk).update(ivr_answer=_TO_SERVICE, layer_answer=_TO_SALES)
            self._second(secret, base)
            self._contacts(account)
        return account

    def _second(self, secret: dict[str, str], base: str) -> None:
        """An account at the second provider."""
        second = Account.objects.create(
            name=f"{NAME}, VCC Live", provider=Account.Provider.VCC, customer="kinneret", code=secret["code"],
            hosts={"base": base}, pulls=False,
        )  # fmt: skip
        HookToken.issue(second, ["vcc"], secret["vcc"])

    def _contacts(self, account: Account) -> None:
        """Some of the simulated customers are known by name, as they are to any call centre."""
        for who in json.loads((Path(__file__).parent.parent / "contacts.json").read_text()):
            contact = Contact.objects.create(account=account, name=who["name"], vip=who["vip"])
            ContactNumber.of(contact, phones.parse(who["number"]).e164).save()

    def _person(self, account: Account, who: dict[str, Any]) -> str:
        """Make or refresh one of the cast; returns the new password."""
        password = secrets.token_urlsafe(9)
        user, _ = User.objects.get_or_create(
            email=who["email"], defaults={"name": who["name"], "role": Role(who["role"])}
        )
        # Few rounds, for a quick start: these are 72 random bits, and signing in hashes them again in full.
        user.password = PBKDF2PasswordHasher().encode(password, secrets.token_hex(16), iterations=_ROUNDS)
        user.save(update_fields=["password"])
        for number, name in who.get("departments", {}).items():
            department, _ = Department.objects.get_or_create(
                account=account, provider_id=int(number), defaults={"name": name}
            )
            user.departments.add(department)
        for code, name in who.get("agents", {}).items():
            Agent.objects.update_or_create(
                account=account, key=code, defaults={"code": code, "name": name, "user": user}
            )
        for code in who.get("extensions", []):
            Extension.objects.update_or_create(account=account, code=code, defaults={"user": user})
        return password

    def _welcome(self, passwords: list[tuple[str, dict[str, Any]]]) -> None:
        self.stdout.write(f"\nVoicenter Console: http://127.0.0.1:{settings.PORT}   (Ctrl-C ends all of it)\n")
        self.stdout.write("A demo: all calls and people are invented, no phone rings. Sign in as\n")
        for password, who in passwords:
            self.stdout.write(f"  {who['title']:22} {who['email']:24} {password}")
        self.stdout.write("")
        self.stdout.flush()
