"""Why a delivery could not be read, in the reader's language.

The inbox keeps what the reading said, in English; the sentences below are all that it says. One that is not
among them (an exception's text) is shown as it was kept.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

_FIXED = {
    _("an array that does not hold one object"),
    _("JSON that is no object"),
    _("neither JSON, XML nor a form"),
    _("an empty body"),
    _("an empty answer"),
    _("a web page where JSON is expected"),
    _("broken JSON"),
    _("broken XML"),
    _("nested too deeply"),
    _("too many fields"),
    _("a form of too many fields"),
    _("a number that is not finite"),
    _("a double that is no number"),
    _("no call id"),
    _("an answer without a list of calls"),
    _("the parameter is no struct"),
    _("XML with a document type or an entity"),
    _("XML with characters that XML does not allow"),
    _("a value of several types"),
    _("a struct's member without a name or a value"),
    _("larger than this hook takes"),
    _("sent with a Content-Encoding"),
}
_WITH_A_WORD = (
    _("XML that is no XML-RPC: %s"),
    _("%s parameters, where one struct is expected"),
    _("a %s with elements inside"),
    _("the type %s is not allowed"),
    _("worker lost ×%s"),
)
_PATTERNS = [(said, re.compile(re.escape(said).replace("%s", "(.+)"), re.DOTALL)) for said in _WITH_A_WORD]


def in_words(reason: str) -> str:
    """`reason` as a reader of the active language sees it."""
    if reason in _FIXED:
        return gettext(reason)
    for said, pattern in _PATTERNS:
        if found := pattern.fullmatch(reason):
            return gettext(said) % found[1]
    return reason
