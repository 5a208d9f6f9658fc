"""What a waiting caller is answered, from what is in memory alone (ARCHITECTURE, 'A caller presses 2').

The answer is a pure function of the request and of what the account has set, so that the same request twice gets
the same answer (FAULTS F-79).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from voicenter_console.organisation.models import Account
from voicenter_console.voicenter import actions, written
from voicenter_console.voicenter.actions import Cause, Language
from voicenter_console.voicenter.ivr import ActionRequest, HangUp, IvrRequest, LayerRequest
from voicenter_console.voicenter.wire import Format

logger = logging.getLogger(__name__)

# Where nothing is set: the caller hears that it failed, and a layer goes to the one Voicenter keeps for that.
NOTHING_SET = actions.HangUp(cause=Cause.TEMPORARY_FAILURE)
NO_LAYER_SET = actions.Failed()


def answer(account: Account, request: IvrRequest, fmt: Format) -> Mapping[str, Any]:
    """The fields that answer `request`."""
    match request:
        case HangUp():
            return actions.hang_up_answer()
        case ActionRequest():
            return ivr_fallback(account, fmt)
        case LayerRequest():
            return layer_fallback(account)


def ivr_fallback(account: Account | None, fmt: Format) -> Mapping[str, Any]:
    """External IVR: what the account has set for whenever nothing better is known."""
    action, language = NOTHING_SET, Language.HEBREW
    if account and account.ivr_answer:
        try:
            action, language = written.ivr_action(account.ivr_answer)
        except ValueError:
            logger.exception("the IVR answer of %s cannot be read", account)
    return actions.answer(action, language, fmt)


def layer_fallback(account: Account | None) -> Mapping[str, Any]:
    """External layer: the same."""
    action, language = NO_LAYER_SET, Language.HEBREW
    if account and account.layer_answer:
        try:
            action, language = written.layer_action(account.layer_answer)
        except ValueError:
            logger.exception("the layer answer of %s cannot be read", account)
    return actions.layer_answer(action, language)
