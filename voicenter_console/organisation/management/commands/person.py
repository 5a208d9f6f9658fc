"""`manage.py person add E-MAIL --role ROLE`: somebody who may sign in. There is no default password."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from voicenter_console.organisation import audit
from voicenter_console.organisation.models import User
from voicenter_console.organisation.roles import Role


class Command(BaseCommand):
    help = "Add a person; the password stands alone on the last line and is never shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="act", required=True)
        add = commands.add_parser("add", help="add a person")
        add.add_argument("email")
        add.add_argument("--name", default="")
        add.add_argument("--role", choices=Role.values, default=Role.ADMIN)

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].lower()
        if User.objects.filter(email=email).exists():
            raise CommandError(f"There is a person with the address {email!r} already.")
        password = secrets.token_urlsafe(12)
        with transaction.atomic():
            User.objects.create_user(email, password, name=options["name"] or email, role=options["role"])
            audit.record(None, "person.added", email, after={"role": options["role"]})
        self.stdout.write(password)
