"""News of cards reaches all who share the work, and nobody else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.recovery import acts
from tests.calls.recovery.telling import lost
from tests.calls.telling import tell
from voicenter_console.live import audience
from voicenter_console.live.audience import Hearer, News
from voicenter_console.live.models import Event
from voicenter_console.organisation.models import Department, User
from voicenter_console.organisation.roles import Right

pytestmark = pytest.mark.django_db


def hearer(person: User) -> Hearer:
    """As `of_session` makes it."""
    person = User.objects.get(pk=person.pk)
    return Hearer(
        session="s", user_id=person.pk, hears_all=person.may(Right.SEE_ALL_ACCOUNTS),
        departments=frozenset(person.department_ids), accounts=frozenset(person.whole_account_ids),
        works_in=frozenset(person.known_department_ids), works_in_accounts=frozenset(person.known_account_ids),
    )  # fmt: skip


@pytest.fixture
def news(monkeypatch):
    monkeypatch.setattr(audience, "close_old_connections", lambda: None)
    return lambda: audience.since(0)[-1]


def heard(news: News, *people: User) -> list[bool]:
    return [hearer(person).may_hear(news) for person in people]


def test_a_department_s_card(card, news, dana, noa, rina, gal, owner):
    acts.claim(dana, card())
    assert heard(news(), dana, noa, rina, gal, owner) == [True, True, True, False, True]


def test_another_department_s(card, news, account, dana, noa, rina, gal, owner):
    sales = Department.objects.create(account=account, provider_id=555002, name="Sales")
    acts.claim(owner, card(department=sales))
    assert heard(news(), dana, rina, gal, owner) == [False, False, False, True]
    dana.departments.set([sales])
    assert heard(news(), dana) == [True]


def test_no_department_s(card, news, dana, rina, gal, owner):
    acts.claim(owner, card(department=None))
    assert heard(news(), dana, rina, gal) == [True, True, False]


def test_news_of_a_batch_is_one_of_cards_and_one_of_calls_at_its_end(account, service):
    with CaptureQueriesContext(connection) as asked:
        tell(account, [lost(0), lost(1, caller="0545550119")])
    kinds = [event.kind for event in Event.objects.order_by("pk")]
    assert kinds == ["recoveries", "calls"]
    written = [place for place, one in enumerate(asked.captured_queries) if "live_event" in one["sql"]]
    after = [one["sql"] for one in asked.captured_queries[written[0] + 1 :]]
    assert len(written) == 1
    assert not [sql for sql in after if not sql.startswith("RELEASE SAVEPOINT")]


def test_agents_hear_of_shared_work_only(account, service, dana, rina):
    calls = News(1, account.pk, "calls", frozenset({service.pk}), frozenset(), {})
    assert heard(calls, dana, rina) == [False, True]
