"""What a waiting caller is answered, from what is in memory alone (ARCHITECTURE, 'A caller presses 2').

The answer is a pure function of the request and of the version that its MENU names, or that a new call gets, so that
the same request twice gets the same answer (FAULTS F-79). Only a node that asks the console something reads
anything, within its time. Without a flow it is what the account has set for that case.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from ivr import journal, knowing, shelf
from ivr.published import Chosen
from ivr.runtime import Heard, Position, Reached, answers, step
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter import actions, clock, written
from voicenter_console.voicenter.actions import Cause, Language
from voicenter_console.voicenter.ivr import ActionRequest, HangUp, IvrRequest, LayerRequest
from voicenter_console.voicenter.wire import Format
from voicenter_console.webhooks import afterwards, drift, metrics

logger = logging.getLogger(__name__)

# Where nothing is set: the caller hears that it failed, and a layer goes to the one Voicenter keeps for that.
NOTHING_SET = actions.HangUp(cause=Cause.TEMPORARY_FAILURE)
NO_LAYER_SET = actions.Failed()


def answer(account: Account, request: IvrRequest, fmt: Format) -> Mapping[str, Any]:
    """The fields that answer `request`."""
    began = time.monotonic()
    if isinstance(request, HangUp):
        journal.keep_end(account, request.call_id, timezone.now())
        return actions.hang_up_answer()
    heard = _heard(account, request)
    chosen = _chosen(account, heard)
    if chosen is None:
        if shelf.book().is_elsewhere(account.pk, heard.did):
            afterwards.put(partial(drift.note_other, account.pk, f"DID {heard.did}"))
        return layer_fallback(account) if isinstance(request, LayerRequest) else ivr_fallback(account, fmt)
    reached = _reached(account, chosen, heard, began)
    language = Language(chosen.graph.language)
    if isinstance(request, LayerRequest):
        return actions.layer_answer(answers.layer(heard, reached), language)
    return actions.answer(answers.external(chosen.graph, heard, reached), language, fmt)


def _heard(account: Account, request: ActionRequest | LayerRequest) -> Heard:
    asks_layer = isinstance(request, LayerRequest)
    return Heard(
        call_id=request.call_id, caller=request.caller, did=request.did, digits=request.keys,
        at=None if asks_layer else Position.parse(request.menu), now=timezone.now(), zone=ZoneInfo(account.zone),
        layer=request.layer if asks_layer else None,
    )  # fmt: skip


def _chosen(account: Account, heard: Heard) -> Chosen | None:
    """The version a call stands in by its MENU, which may be of an older one; else what a call that began then gets."""
    book = shelf.book()
    if heard.at:
        chosen = book.version(heard.at.version)
        return chosen if chosen and chosen.account == account.pk else None
    return book.begin(
        account.pk, call_id=heard.call_id, caller=heard.caller, did=heard.did, layer=heard.layer,
        began=_began(heard), zone=heard.zone,
    )  # fmt: skip


def _began(heard: Heard) -> datetime:
    """When the call began, by its id, so that all its requests see the same; now where the id has no time."""
    told = clock.of_call_id(heard.call_id, now=heard.now)
    return min(told.at, heard.now) if told else heard.now


def _reached(account: Account, chosen: Chosen, heard: Heard, began: float) -> Reached:
    facts = knowing.ConsoleFacts(account, heard.call_id, began)
    reached = step(chosen.graph, chosen.version, heard, facts)
    if reached.broken:
        logger.warning("flow %s, version %s: %s", chosen.flow, chosen.version, reached.broken)
        metrics.fallbacks.labels("layer" if heard.layer is not None else "ivr", "flow").inc()
    knowing.remember(account.pk, heard.call_id, reached.variables)
    milliseconds = round(1000 * (time.monotonic() - began))
    journal.keep(journal.Entry(account=account, chosen=chosen, heard=heard, reached=reached, milliseconds=milliseconds))
    return reached


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
