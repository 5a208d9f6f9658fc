"""API keys: `Authorization: Bearer <key>`."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from . import tokens
from .models import ApiKey
from .models.people import Actor


class BearerKeyAuthentication(BaseAuthentication):
    """The actor is the key itself: it has a role, departments, and a person it may act for."""

    def authenticate(self, request: Request) -> tuple[Actor, ApiKey] | None:
        scheme, _, key = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        found = ApiKey.objects.filter(digest=tokens.digest(key.strip()), revoked_at=None).first()
        if found is None:
            raise AuthenticationFailed("this key is not valid")
        return found, found

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BearerKeyScheme(OpenApiAuthenticationExtension):
    target_class = BearerKeyAuthentication
    name = "bearerKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
