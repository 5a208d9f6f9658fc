"""Per request: an id for its log lines, and the client's true address."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from . import addresses, logs


class RequestIdMiddleware:
    """Gives each request an id (also in its answer and on error pages) and its true client address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = uuid.uuid4().hex[:12]
        token = logs.request_id.set(request.request_id)
        try:
            request.client_address = addresses.client_address(request.META)
        except addresses.Spoofed:
            return HttpResponse(status=403)
        try:
            response = self.get_response(request)
        finally:
            logs.request_id.reset(token)
        response["X-Request-ID"] = request.request_id
        return response
