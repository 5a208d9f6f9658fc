"""Which handler understands the deliveries of which channel. Each app registers its own in AppConfig.ready."""

from collections.abc import Callable, Generator, Sequence

from voicenter_console.organisation.models import Account

from .models import Delivery

# A handler writes what the deliveries say, inside the ingester's transaction. Where it yields, that transaction is
# committed and another begun: what is written so far must be whole, and safe to be said again, as it will be if the
# process is lost before the end. It returns those that could not be understood: {delivery id: reason}.
Steps = Generator[None, None, dict[int, str]]
Handler = Callable[[Account, Sequence[Delivery]], Steps]

_handlers: dict[str, Handler] = {}


def register(channel: str, handler: Handler) -> None:
    _handlers[channel] = handler


def handler(channel: str) -> Handler | None:
    return _handlers.get(channel)
