"""Which handler understands the deliveries of which channel. Each app registers its own in AppConfig.ready."""

from collections.abc import Callable, Sequence

from voicenter_console.organisation.models import Account

from .models import Delivery

# A handler writes what the deliveries say, inside the ingester's transaction. It may name some of them as dead:
# {delivery id: reason}.
Handler = Callable[[Account, Sequence[Delivery]], dict[int, str]]

_handlers: dict[str, Handler] = {}


def register(channel: str, handler: Handler) -> None:
    _handlers[channel] = handler


def handler(channel: str) -> Handler | None:
    return _handlers.get(channel)
