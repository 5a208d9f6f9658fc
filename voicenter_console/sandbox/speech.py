"""How this account's cloud says an answer: keys in the documents' casing or all lower, numbers as such or as text."""

from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.exchange import Answer, Request


def say(cloud: Cloud, value, status: int = 200) -> Answer:
    """The value as JSON, in the dialect of the account."""
    return Answer.of_json(_spoken(value, cloud.dialect.lower_keys, cloud.dialect.numbers_as_text), status)


def asked_of(request: Request) -> dict[str, object]:
    """What was asked, by key in lower case: of the address, of a form, or of a JSON body that is an object."""
    asked: dict[str, object] = {name.strip().lower(): value.strip() for name, value in request.pairs}
    body = request.json() if request.method == "POST" else {}
    if isinstance(body, dict):
        asked |= {name.strip().lower(): value for name, value in body.items()}
    return asked


def text_of(asked: dict[str, object], name: str) -> str:
    """A field as text without blanks around it, '' where it is missing or null."""
    value = asked.get(name)
    return "" if value is None or isinstance(value, (dict, list)) else str(value).strip()


def _spoken(value, lower: bool, as_text: bool):
    if isinstance(value, dict):
        return {(key.lower() if lower else key): _spoken(one, lower, as_text) for key, one in value.items()}
    if isinstance(value, list):
        return [_spoken(one, lower, as_text) for one in value]
    return str(value) if as_text and isinstance(value, int) and not isinstance(value, bool) else value
