"""Which handler understands the deliveries of which channel. Each app registers its own in AppConfig.ready."""

from collections.abc import Callable, Generator, Iterator, Sequence

from voicenter_console.organisation.models import Account

from .models import Delivery

# A handler reads the deliveries and yields once before it writes, so that no lock is held while it reads. It then
# writes what they say inside the ingester's transaction. Where it yields again, that transaction is committed and
# another begun: what is written so far must be whole, and safe to be said again, as it will be if the process is
# lost before the end. It returns those that could not be understood: {delivery id: reason}.
Steps = Generator[None, None, dict[int, str]]
Handler = Callable[[Account, Sequence[Delivery]], Steps]

_handlers: dict[str, Handler] = {}
_one_by_one: set[str] = set()


def register(channel: str, handler: Handler, *, one_by_one: bool = False) -> None:
    """`one_by_one`: for bodies so large that it is given one at a time."""
    _handlers[channel] = handler
    if one_by_one:
        _one_by_one.add(channel)


def handler(channel: str) -> Handler | None:
    return _handlers.get(channel)


def at_once(channel: str, deliveries: Sequence[Delivery]) -> Iterator[Sequence[Delivery]]:
    """The deliveries as the channel's handler is given them."""
    yield from ([delivery] for delivery in deliveries) if channel in _one_by_one else [deliveries]
