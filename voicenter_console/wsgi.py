"""WSGI: everything but the live stream. Hooks have a door of their own, which does only what a hook needs."""

import os

from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.http import Http404, HttpRequest, HttpResponse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voicenter_console.settings")

application = get_wsgi_application()

from voicenter_console import urls  # noqa: E402, F401  (Django must be set up first; else the first request imports them)
from voicenter_console.organisation.middleware import RequestIdMiddleware  # noqa: E402


class HookHandler(WSGIHandler):
    """Django with one middleware. Sessions, languages, CSRF and policies are for people: a hook has its token.

    They cost a third of the hook's time (make bench, P1).
    """

    def load_middleware(self, is_async: bool = False) -> None:
        self._view_middleware, self._template_response_middleware, self._exception_middleware = [], [], []
        self._middleware_chain = convert_exception_to_response(
            RequestIdMiddleware(convert_exception_to_response(self._without_page))
        )

    def _without_page(self, request: HttpRequest) -> HttpResponse:
        """An address under /hooks/ that is no hook: 404, and nothing said."""
        try:
            return self._get_response(request)
        except Http404:
            return HttpResponse(status=404)

    def get_response(self, request: HttpRequest) -> HttpResponse:
        response = super().get_response(request)
        response["Content-Length"] = str(len(response.content))
        return response


hooks = HookHandler()
