"""Which handler understands the deliveries of which channel. Each app registers its own in AppConfig.ready."""

from collections.abc import Callable, Generator, Sequence

from voicenter_console.organisation.models import Account

from .models import Delivery

# A handler reads the deliveries and yields once before it writes, so that no lock is held while it reads. It then
# writes what they say inside the ingester's transaction. Where it yields again, that transaction is committed and
# another begun: what is written so far must be whole, and safe to be said again, as it will be if the process is
# lost before the end. It returns those that could not be understood: {delivery id: reason}.
Steps = Generator[None, None, dict[int, str]]
Handler = Callable[[Account, Sequence[Delivery]], Steps]

_handlers: dict[str, Handler] = {}
_long: set[str] = set()


def register(channel: str, handler: Handler, *, long: bool = False) -> None:
    """`long`: for bodies so large that it is given one at a time, after all that is short."""
    _handlers[channel] = handler
    if long:
        _long.add(channel)


def handler(channel: str) -> Handler | None:
    return _handlers.get(channel)


def long() -> frozenset[str]:
    return frozenset(_long)
