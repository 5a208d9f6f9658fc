"""Doors of pages: closed until a right opens them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from .roles import Right

View = Callable[..., HttpResponse]


def needs(right: Right) -> Callable[[View], View]:
    """Only for those who may; 403 for the signed-in rest, before anything is read."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.may(right):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.right = right
        return guarded

    return wrap
