"""People and programs that may sign in."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from voicenter_console.organisation import tokens
from voicenter_console.organisation.roles import RIGHTS, SEPARATE, Right, Role

from .account import Account, Department


class Actor:
    """What a person and an API key have in common: rights, and the departments they see."""

    role: str

    def may(self, right: Right) -> bool:
        return right in RIGHTS.get(self.role, frozenset())

    @cached_property
    def known_department_ids(self) -> set[int]:
        """Ids of the departments this actor belongs to and of those below them, whatever its role sees of calls."""
        return Department.objects.under(self.departments.all())

    @cached_property
    def known_account_ids(self) -> set[int]:
        """Accounts of whose top departments one is this actor's: shared work without a department is theirs too."""
        return {department.account_id for department in self.departments.all() if department.parent_id is None}

    @property
    def department_ids(self) -> set[int]:
        """Ids of all departments this actor sees rows of: its own and those below them."""
        return self.known_department_ids if self.may(Right.SEE_DEPARTMENTS) else set()

    @property
    def whole_account_ids(self) -> set[int]:
        """Accounts in which this actor leads a top department: rows without a department are theirs too."""
        return self.known_account_ids if self.may(Right.SEE_DEPARTMENTS) else set()


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> User:
        return self.create_user(email, password, **{"role": Role.ADMIN, **fields})

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email=(email or "").lower())


class User(Actor, AbstractBaseUser):
    """A person. The e-mail address signs in; role and departments say what is seen and done."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.AGENT)
    departments = models.ManyToManyField(Department, blank=True, related_name="people", verbose_name=_("departments"))
    separate_rights = models.JSONField(_("rights apart from the role"), default=dict, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = UserManager()
    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name or self.email

    def may(self, right: Right) -> bool:
        if not self.is_active:
            return False
        if right in SEPARATE and right in self.separate_rights:
            return bool(self.separate_rights[right])
        return super().may(right)

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper() or self.email[:1].upper()

    # Django's admin asks these; it is the back office of administrators alone.
    @property
    def is_staff(self) -> bool:
        return self.may(Right.ADMINISTER)

    is_superuser = is_staff

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.may(Right.ADMINISTER)

    def has_module_perms(self, app_label: str) -> bool:
        return self.may(Right.ADMINISTER)


class ApiKey(Actor, models.Model):
    """A program's key to the API. It acts with a role, and sees the departments it was given."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    role = models.CharField(_("role"), max_length=10, choices=Role)
    departments = models.ManyToManyField(Department, blank=True, related_name="api_keys", verbose_name=_("departments"))
    accounts = models.ManyToManyField(Account, blank=True, related_name="api_keys", verbose_name=_("accounts"))
    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="api_keys", verbose_name=_("acts for")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return self.name

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        return self.revoked_at is None

    @classmethod
    def issue(cls, name: str, role: str, user: User | None = None) -> str:
        """Make a key; returns it, for the only time."""
        key = tokens.new()
        cls.objects.create(name=name, role=role, user=user, digest=tokens.digest(key))
        return key
