"""The back office: administrators only, behind the one sign-in page, audited, no secret shown."""

import re

import pytest
from django.contrib import admin
from django.urls import reverse

from calls.models import Agent, Call
from voicenter_console.organisation import tokens
from voicenter_console.organisation.models import Account, ApiKey, AuditEntry, HookToken, User
from voicenter_console.webhooks.models import Delivery

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def of(model, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_a_visitor_is_sent_to_our_sign_in_page(client):
    for url in ("/admin/", "/admin/login/", of(Account, "changelist")):
        last, _status = client.get(url, follow=True).redirect_chain[-1]
        assert last.startswith("/sign-in/?next=/admin/")


def test_only_administrators_come_in(as_rina, as_dana, as_owner):
    assert as_owner.get("/admin/").status_code == 200
    for client in (as_rina, as_dana):
        assert client.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_list_opens_searches_and_filters(as_owner, push, a_push, post_hook, dana, model):
    push(a_push)
    post_hook(b"broken")
    assert as_owner.get(of(model, "changelist")).status_code == 200
    if admin.site._registry[model].search_fields:
        assert as_owner.get(of(model, "changelist"), {"q": "0 \x00'"}).status_code == 200
    row = model.objects.first()
    if row is not None and admin.site._registry[model].has_view_permission:
        assert as_owner.get(of(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("model", [Call, Delivery, AuditEntry], ids=lambda model: model._meta.label)
def test_what_the_console_wrote_is_not_changed_by_hand(as_owner, push, a_push, owner, model):
    push(a_push)
    AuditEntry.objects.create(actor=owner, actor_name="Tal", verb="dial")
    row = model.objects.first()
    for page in ("change", "delete"):
        assert as_owner.post(of(model, page, row.pk), {"post": "yes"}).status_code == 403
    assert as_owner.get(of(model, "add")).status_code == 403


def account_form(account: Account, **more: object) -> dict[str, object]:
    fields = {
        "name": account.name, "provider": "voicenter", "zone": "Asia/Jerusalem", "push_clock": "wall",
        "answer_casing": "lower", "scope": "Account", "pulls": "on", "addresses": "[]", "hosts": "{}",
        "service_target": "20", "short_abandon": "5", "service_goal": "80", "service_level": "default",
    }  # fmt: skip
    return {**fields, **more}


@pytest.mark.fault("F-65")
def test_a_code_is_written_and_never_shown(as_owner, account):
    url = of(Account, "change", account.pk)
    assert b"canary-code" not in as_owner.get(url).content

    assert as_owner.post(url, account_form(account)).status_code == 302
    account.refresh_from_db()
    assert account.code == "canary-code-5550100"

    assert as_owner.post(url, account_form(account, new_code="another-code-5550111")).status_code == 302
    account.refresh_from_db()
    assert account.code == "another-code-5550111"
    entry = AuditEntry.objects.filter(verb="account.changed").latest("pk")
    assert (entry.before, entry.after) == ({"new_code": "•••"}, {"new_code": "•••"})
    for page in (url, of(AuditEntry, "changelist"), of(AuditEntry, "change", entry.pk)):
        assert b"code-5550" not in as_owner.get(page).content


@pytest.mark.parametrize(
    ("field", "value"),
    [("addresses", '["nonsense"]'), ("addresses", '"198.51.100.7"'),
     ("hosts", '{"teapot": "https://x.example"}'), ("hosts", "[1]"), ("zone", "Mars/Base")],
)  # fmt: skip
def test_settings_that_would_break_a_hook_are_refused(as_owner, account, field, value):
    answer = as_owner.post(of(Account, "change", account.pk), account_form(account, **{field: value}))
    assert answer.status_code == 200
    assert b"errorlist" in answer.content


def test_a_hook_token_is_shown_once_and_kept_as_its_digest(as_owner, account, owner):
    answer = as_owner.post(of(HookToken, "add"), {"account": account.pk, "channels": ["cdr", "ivr"]})

    token = re.search(r"/hooks/([\w-]{43})/cdr/", answer.content.decode())[1]
    made = HookToken.objects.get(digest=tokens.digest(token))
    assert made.channels == ["cdr", "ivr"]
    assert token.encode() not in as_owner.get(of(HookToken, "changelist")).content
    entry = AuditEntry.objects.get(verb="hooktoken.added")
    assert (entry.actor, token in str(entry.after)) == (owner, False)

    act = {"action": "revoke", "_selected_action": [made.pk]}
    as_owner.post(of(HookToken, "changelist"), act)
    made.refresh_from_db()
    assert made.revoked_at
    assert AuditEntry.objects.filter(verb="hooktoken.revoked").count() == 1


def test_a_key_is_shown_once_and_works_until_it_is_revoked(as_owner, client):
    answer = as_owner.post(of(ApiKey, "add"), {"name": "reports", "role": "admin"})
    key = re.search(r"<pre[^>]*>([\w-]{43})</pre>", answer.content.decode())[1]
    headers = {"Authorization": f"Bearer {key}"}
    assert client.get("/api/v1/calls/", headers=headers).status_code == 200

    made = ApiKey.objects.get(name="reports")
    as_owner.post(of(ApiKey, "changelist"), {"action": "revoke", "_selected_action": [made.pk]})
    assert client.get("/api/v1/calls/", headers=headers).status_code == 401
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "apikey.added",
        "apikey.revoked",
    ]


def test_a_person_is_added_given_a_role_and_a_password_each_in_the_audit(as_owner, service):
    password = "twelve or more letters"
    form = {"email": "Noa@Centre.Example", "name": "Noa Bar", "role": "agent", "usable_password": "true",
            "password1": password, "password2": password}  # fmt: skip
    assert as_owner.post(of(User, "add"), form).status_code == 302
    noa = User.objects.get(email="noa@centre.example")
    assert noa.check_password(password)

    form = {"email": noa.email, "name": noa.name, "role": "manager", "departments": [service.pk],
            "separate_rights": "{}", "is_active": "on"}  # fmt: skip
    assert as_owner.post(of(User, "change", noa.pk), form).status_code == 302
    entry = AuditEntry.objects.get(verb="user.changed")
    assert (entry.before["role"], entry.after["role"]) == ("agent", "manager")
    assert entry.after["departments"] == ["Service"]

    form = {"usable_password": "true", "password1": password[::-1], "password2": password[::-1]}
    url = reverse("admin:auth_user_password_change", args=[noa.pk])
    assert as_owner.post(url, form).status_code == 302
    noa.refresh_from_db()
    assert noa.check_password(password[::-1])
    assert AuditEntry.objects.filter(verb="user.password").count() == 1
    assert password not in str(list(AuditEntry.objects.values()))


def test_an_agent_is_tied_to_a_person(as_owner, push, a_push, gal):
    push(a_push)
    agent = Agent.objects.get()
    assert as_owner.post(of(Agent, "change", agent.pk), {"user": gal.pk}).status_code == 302
    agent.refresh_from_db()
    assert agent.user == gal
    assert AuditEntry.objects.get(verb="agent.changed").after == {"user": "Gal Stav"}
