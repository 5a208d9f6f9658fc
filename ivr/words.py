"""What a finding says to the person who writes the flow: what is wrong, and what the caller would notice of it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ivr.graph import Finding

_SENTENCES = {
    "malformed": _("At %(where)s this is no flow: %(what)s"),
    "other_dialect": _("The draft is written for “%(dialect)s”, the flow is not."),
    "in_itself": _("Flow %(flow)s contains itself, or lies too deep in others."),
    "case_fails": _("The saved case “%(case)s” ends here, at “%(reached)s”, and must end at “%(expected)s”."),
    "no_entry": _("The flow begins at “%(id)s”, which is not there. The caller would hear silence."),
    "no_fallback": _("The way out when something fails, “%(id)s”, is not there."),
    "fallback_goes_on": _(
        "The way out when something fails must end the call: dial, go to a layer, record or hang up."
    ),
    "dialect": _("“%(kind)s” cannot be said in this kind of IVR."),
    "sub_flow_left": _("Flow %(flow)s in this one could not be read."),
    "returns_nowhere": _("This leads back to a flow around it, but there is none."),
    "exit_missing": _("The way “%(exit)s” leads nowhere. The caller would hear silence."),
    "exit_unknown": _("There is no way called “%(exit)s” here."),
    "leads_nowhere": _("“%(exit)s” leads to “%(id)s”, which is not there. The caller would hear silence."),
    "keys_overlap": _("Whoever presses %(other)s has pressed %(key)s first."),
    "no_keys": _("No key leads anywhere from this menu."),
    "least_over_most": _("At least more digits than at most."),
    "one_of_variable_digits": _("Say either fixed digits or what was entered, one of the two."),
    "number_to_fill_in": _("Put in the number to dial."),
    "field_missing": _("“%(field)s” is missing."),
    "hours_order": _("On %(day)s, %(from)s to %(to)s is not after what comes before it."),
    "unreachable": _("Nobody ever reaches this."),
    "dead_end": _("From here no way leads to an end. The caller would hear silence."),
    "endless_loop": _("From here the flow goes round and round without asking the caller."),
    "prompt_unlisted": _("The recording “%(prompt)s” is not among the recordings of this flow."),
    "prompt_unconfirmed": _("The recording “%(prompt)s” is not confirmed to be at Voicenter."),
    "many_options": _("%(n)s choices are more than a caller remembers."),
    "zero_is_silence": _("Voicenter also says 0 where nothing was pressed."),
    "dial_without_failed": _("Where nobody answers, the call is cut."),
}


def sentence(finding: Finding) -> str:
    """The finding in the reader's language."""
    return str(_SENTENCES[finding.code]) % dict(finding.about)


def codes() -> frozenset[str]:
    """All that can be said."""
    return frozenset(_SENTENCES)
