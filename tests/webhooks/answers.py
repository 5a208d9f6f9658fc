"""Read what a hook answered, in the encoding it answered in."""

import xmlrpc.client
from urllib.parse import parse_qsl


def said_in(answer) -> dict[str, str]:
    """The answer's fields, all as text."""
    match answer["Content-Type"].partition(";")[0]:
        case "application/json":
            said = answer.json()
        case "text/xml":
            ((said,), _) = xmlrpc.client.loads(answer.content)
        case _:
            said = dict(parse_qsl(answer.content.decode(), strict_parsing=True))
    return {name: str(value) for name, value in said.items()}
