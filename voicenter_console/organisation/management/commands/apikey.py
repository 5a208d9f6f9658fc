"""`manage.py apikey add NAME --role ROLE`: a key to the API, printed once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from voicenter_console.organisation import audit
from voicenter_console.organisation.models import ApiKey, Department, User
from voicenter_console.organisation.roles import Role


class Command(BaseCommand):
    help = "Add an API key; it stands alone on the last line and is never shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="act", required=True)
        add = commands.add_parser("add", help="add a key")
        add.add_argument("name")
        add.add_argument("--role", choices=Role.values, required=True)
        add.add_argument("--user", help="e-mail of the person the key acts for")
        add.add_argument("--department", type=int, action="append", default=[], help="the provider's number of one")

    def handle(self, *args: Any, **options: Any) -> None:
        if ApiKey.objects.filter(name=options["name"]).exists():
            raise CommandError(f"There is a key {options['name']!r} already.")
        user = None
        if options["user"]:
            user = User.objects.filter(email=options["user"].lower()).first()
            if user is None:
                raise CommandError(f"Nobody has the e-mail address {options['user']!r}.")
        with transaction.atomic():
            key = ApiKey.issue(options["name"], options["role"], user)
            departments = Department.objects.filter(provider_id__in=options["department"])
            ApiKey.objects.get(name=options["name"]).departments.set(departments)
            audit.record(None, "key.added", options["name"], after={"role": options["role"]})
        self.stdout.write(key)
