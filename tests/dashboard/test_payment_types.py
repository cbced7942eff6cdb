"""Payment types, with the Stripe sandbox: list, edit, processors with their keys, delete."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client, override_settings

from duitpos.dashboard.texts.kinds import KINDS_TO_ADD
from duitpos.kit.facts import quoted
from duitpos.models import PaymentType, ProcessorAccount
from duitpos.models.payment_setup import AccountState, Mode, PaymentKind
from duitpos.processors.registry import ADAPTERS
from tests.dashboard.client import Dashboard, said_beside, toasts
from tests.sandbox_process import SandboxProcess
from tests.support.acme import FACTS, GOOD, Acme
from tests.support.credentials import in_use
from tests.support.restaurant import online_type
from tests.support.shop import WEBHOOK_SECRET, Shop


@pytest.fixture
def owner(transactional_db: None, sandbox: SandboxProcess, client: Client) -> Iterator[Dashboard]:
    """A new restaurant's owner; the operator allows the sandbox for test keys."""
    from tests.dashboard.client import open_desk

    with override_settings(SANDBOX_URLS=[sandbox.url]):
        yield open_desk(client)


def online(dashboard: Dashboard) -> PaymentType:
    return online_type(dashboard.tenant)


def account(dashboard: Dashboard) -> ProcessorAccount:
    return ProcessorAccount.objects.get(tenant=dashboard.tenant)


def save(dashboard: Dashboard, **fields: str) -> Any:
    """Send the processors' form as a browser does, with `fields` for the only account."""
    prefix = account(dashboard).id
    return dashboard.post(
        "save_processors", online(dashboard).id, **{f"{prefix}-{name}": text for name, text in fields.items()}
    )


def messages_after(dashboard: Dashboard, response: Any) -> str:
    assert response.status_code == 302, said_beside(response)
    return dashboard.page("payment_type", online(dashboard).id)


# -- the list and the form ----------------------------------------------------------------------------------


def test_a_new_restaurant_starts_with_cash_and_inactive_online_payment(dashboard: Dashboard) -> None:
    page = dashboard.page("payment_types")
    cash, stripe = page.index("Cash"), page.index("Online Payment")
    assert cash < stripe
    assert "CASH" in page
    assert "ONLINE" in page
    assert "Inactive" in page[stripe:]
    assert "Inactive" not in page[cash:stripe]


def test_adding_a_type_continues_to_its_processors(dashboard: Dashboard) -> None:
    response = dashboard.client.post(
        dashboard.url("add_payment_type"),
        {"code": "fpx", "name": "Bank transfer", "kind": "online", "is_active": "on"},
        follow=True,
    )
    made = PaymentType.objects.get(tenant=dashboard.tenant, code="FPX")
    assert response.redirect_chain[-1][0] == dashboard.url("payment_type", made.id)
    page = response.content.decode()
    assert "Bank transfer (FPX) added." in page
    assert '<option value="stripe">Stripe</option>' in page


def test_a_type_that_staff_confirm_has_no_processors(dashboard: Dashboard) -> None:
    page = dashboard.page("add_payment_type")
    for kind, words in KINDS_TO_ADD.items():
        assert f'<option value="{kind}">{words}</option>' in page.replace(" selected", "")
    for kind in (PaymentKind.CASH, PaymentKind.CARD_TERMINAL, PaymentKind.E_WALLET):
        code = f"MY_{kind.name}"
        dashboard.sent("add_payment_type", code=code, name="By hand", kind=kind.value, is_active="on")
        made = PaymentType.objects.get(tenant=dashboard.tenant, code=code)
        page = dashboard.page("payment_type", made.id)
        assert "Processors" not in page
        assert str(KINDS_TO_ADD[kind]) in page
        dashboard.post("add_processor", made.id, processor="stripe")
        assert not ProcessorAccount.objects.filter(tenant=dashboard.tenant, processor="stripe").exists()
    listed = dashboard.page("payment_types")
    for words in ("Online", "Cash", "Card terminal", "E-wallet or QR"):
        assert f'<td role="cell" class="late muted">{words}</td>' in listed


def test_the_former_kind_is_refused(dashboard: Dashboard) -> None:
    words = dashboard.refused("add_payment_type", code="X", name="X", kind="counter")
    assert "not one of the available choices" in words


@pytest.mark.parametrize(
    "form, field, words",
    [
        ({"code": "ONLINE", "name": "Again"}, "code", "with the code ONLINE already"),
        ({"code": "a b", "name": "Space"}, "code", "letters, digits"),
        ({"code": "", "name": "None"}, "code", "required"),
        ({"code": "NEW", "name": ""}, "name", "required"),
        ({"code": "X" * 21, "name": "Long"}, "code", "at most 20"),
    ],
)
def test_an_invalid_value_has_an_error_beside_its_field(
    dashboard: Dashboard, form: dict[str, str], field: str, words: str
) -> None:
    response = dashboard.post("add_payment_type", **form, kind="online")
    assert words in said_beside(response)
    assert re.search(rf'<input[^>]*name="{field}"[^>]*autofocus', response.content.decode())
    assert PaymentType.objects.filter(tenant=dashboard.tenant).count() == 2


def test_an_edit_says_what_changed(dashboard: Dashboard) -> None:
    kind = online(dashboard)
    said = dashboard.sent("payment_type", kind.id, code="ONLINE", name="Pay online", is_active="on")
    assert said == ["Pay online saved: name is now Pay online, now active."]
    said = dashboard.sent("payment_type", kind.id, code="ONLINE", name="Pay online")
    assert said == ["Pay online saved: now inactive: nobody can choose it."]
    assert dashboard.sent("payment_type", kind.id, code="ONLINE", name="Pay online") == [
        "Saved; nothing was different."
    ]


def test_the_code_of_another_type_is_refused_on_editing_too(dashboard: Dashboard) -> None:
    assert "CASH already" in dashboard.refused("payment_type", online(dashboard).id, code="CASH", name="Mine")


def test_an_unused_type_is_deleted_after_a_confirmation(dashboard: Dashboard) -> None:
    kind = online(dashboard)
    assert "Delete Online Payment (ONLINE)?" in dashboard.page("delete_payment_type", kind.id)
    assert dashboard.sent("delete_payment_type", kind.id) == ["Online Payment deleted."]
    assert "ONLINE" not in dashboard.page("payment_types")


def test_a_used_type_is_not_deleted_and_the_page_says_why(busy_dashboard: Dashboard, shop: Shop) -> None:
    shop.pay(shop.start())
    kind = online(busy_dashboard)
    assert "1 payments were made with it" in busy_dashboard.refused("delete_payment_type", kind.id)
    assert online(busy_dashboard) == kind
    # Deactivating keeps the history: the order still shows how it was paid.
    busy_dashboard.sent("payment_type", kind.id, code="ONLINE", name="Online Payment")
    (order,) = shop.placed()
    assert "Online Payment" in busy_dashboard.page("order", order.id)


def test_without_types_the_page_says_what_to_do(dashboard: Dashboard) -> None:
    for kind in PaymentType.objects.filter(tenant=dashboard.tenant):
        dashboard.sent("delete_payment_type", kind.id)
    assert "No payment types" in dashboard.page("payment_types")


# -- processors ---------------------------------------------------------------------------------------------


def test_an_added_processor_shows_its_own_fields(owner: Dashboard) -> None:
    kind = online(owner)
    before = owner.page("payment_type", kind.id)
    assert "Secret Key" not in before
    assert "Save Processors" not in before
    response = owner.post("add_processor", kind.id, processor="stripe")
    assert response.headers["Location"].endswith("#processors")
    page = owner.page("payment_type", kind.id)
    for words in (">Secret Key</label>", ">Webhook Secret</label>", ">Save Processors</button>"):
        assert words in page
    # There is no other processor to add.
    assert 'name="processor"' not in page
    assert "http://testserver/kopi/webhooks/stripe/" in page
    assert page.index("checkout.session.completed") < page.index("payment_intent.payment_failed")
    assert page.count(">needed</span>") == 2


def test_an_unknown_processor_is_refused(owner: Dashboard) -> None:
    kind = online(owner)
    assert "not one of the available choices" in owner.refused(
        "add_processor", kind.id, processor="bank of moon"
    )
    assert not ProcessorAccount.objects.filter(tenant=owner.tenant).exists()


def test_after_saving_the_page_shows_the_keys_account(owner: Dashboard, sandbox: SandboxProcess) -> None:
    owner.post("add_processor", online(owner).id, processor="stripe")
    name = sandbox.control("GET", "/accounts")["data"][0]["name"]
    page = messages_after(owner, save(owner, secret_key=sandbox.secret_key, webhook_secret=WEBHOOK_SECRET))
    assert "The key belongs to" in page
    # Once in the message, once on the account's form.
    assert page.count(name) == 2
    assert "(MY), test mode: no real money" in page
    saved = account(owner)
    assert (saved.state, saved.mode, saved.api_base) == (AccountState.ACTIVE, Mode.TEST, sandbox.url)


def test_the_message_says_exactly_what_was_saved_and_lies_in_the_flow(
    owner: Dashboard, sandbox: SandboxProcess
) -> None:
    owner.post("add_processor", online(owner).id, processor="stripe")
    assert "Stripe: saved Secret Key." in messages_after(owner, save(owner, secret_key=sandbox.secret_key))
    response = save(owner, webhook_secret=WEBHOOK_SECRET)
    place = response.headers["Location"]
    assert place.endswith("?at=processors#processors")
    page = html.unescape(owner.client.get(place).content.decode())
    said = toasts(page)
    assert said[0] == "Stripe: saved Webhook Secret."
    assert not any("The key belongs to" in one for one in said)
    # Within the section that was saved, above its fields, and nowhere else.
    assert page.index('id="processors"') < page.index('class="toast') < page.index('class="account stack"')
    assert page.count('class="toasts"') == 1
    response = save(owner, secret_key="", webhook_secret="")
    assert toasts(html.unescape(owner.client.get(response.headers["Location"]).content.decode()))[0] == (
        "Stripe: nothing was changed."
    )


def test_a_message_is_shown_whatever_the_address_says(owner: Dashboard) -> None:
    kind = online(owner)
    owner.post("payment_type", kind.id, name="Cards", code=kind.code, is_active="on")
    assert toasts(owner.page("payment_type", kind.id, query="?at=nowhere"))


def test_saved_secrets_are_masked_and_blank_keeps_them(owner: Dashboard, sandbox: SandboxProcess) -> None:
    owner.post("add_processor", online(owner).id, processor="stripe")
    save(owner, secret_key=sandbox.secret_key, webhook_secret=WEBHOOK_SECRET)
    page = owner.page("payment_type", online(owner).id)
    assert sandbox.secret_key not in page
    assert WEBHOOK_SECRET not in page
    assert f'placeholder="whsec_…{WEBHOOK_SECRET[-4:]}"' in page
    save(owner, secret_key="", webhook_secret="")
    kept = account(owner)
    assert in_use(kept, "secret_key") == sandbox.secret_key
    assert in_use(kept, "webhook_secret") == WEBHOOK_SECRET


def test_the_webhook_secret_may_come_later(owner: Dashboard, sandbox: SandboxProcess) -> None:
    owner.post("add_processor", online(owner).id, processor="stripe")
    page = messages_after(owner, save(owner, secret_key=sandbox.secret_key))
    assert "No Webhook Secret yet" in page
    page = messages_after(owner, save(owner, webhook_secret=WEBHOOK_SECRET))
    assert "No Webhook Secret yet" not in page
    assert account(owner).state == AccountState.ACTIVE


@pytest.mark.parametrize(
    "field, pasted",
    [
        ("secret_key", "pk_test_51H8sbxQx2eZvKYlo2C"),
        ("secret_key", "sk_test_"),
        ("secret_key", "hello"),
        ("webhook_secret", "we_1MgzjmJGmVdRpLnO"),
        ("webhook_secret", "sk_test_sandbox"),
    ],
)
def test_a_wrong_kind_of_key_has_an_error_beside_its_field_and_is_not_echoed(
    owner: Dashboard, field: str, pasted: str
) -> None:
    owner.post("add_processor", online(owner).id, processor="stripe")
    response = save(owner, **{field: pasted})
    assert response.status_code == 200
    assert said_beside(response)
    page = response.content.decode()
    assert re.search(rf'name="[^"]*-{field}"[^>]*autofocus', page)
    assert f'value="{pasted}"' not in page
    assert account(owner).credentials == ""


def test_a_key_that_stripe_refuses_is_not_saved(owner: Dashboard) -> None:
    owner.post("add_processor", online(owner).id, processor="stripe")
    response = save(owner, secret_key="sk_test_51NotOneOfYours000000wBc3Kf8QzLm5Tn7Rv9Xy1Pd2Hg4Js6")
    assert "Nothing was saved" in said_beside(response)
    assert account(owner).credentials == ""


def test_an_unchecked_key_is_kept_for_later(owner: Dashboard, sandbox: SandboxProcess) -> None:
    owner.post("add_processor", online(owner).id, processor="stripe")
    sandbox.fault("error", path="/v1/account", count=None)
    page = messages_after(owner, save(owner, secret_key=sandbox.secret_key))
    assert "kept" in page
    assert account(owner).state == AccountState.NEW
    sandbox.control("DELETE", "/faults")
    owner.post("check_processor", online(owner).id, account(owner).id)
    assert account(owner).state == AccountState.ACTIVE


def test_the_address_is_a_choice_only_where_the_operator_allows_a_sandbox(
    owner: Dashboard, sandbox: SandboxProcess
) -> None:
    owner.post("add_processor", online(owner).id, processor="stripe")
    page = owner.page("payment_type", online(owner).id)
    assert f'<option value="{sandbox.url}" selected>' in page
    with override_settings(SANDBOX_URLS=[]):
        assert "api_base" not in owner.page("payment_type", online(owner).id)


def test_a_live_key_never_goes_to_a_sandbox(owner: Dashboard, sandbox: SandboxProcess) -> None:
    owner.post("add_processor", online(owner).id, processor="stripe")
    before = len(sandbox.requests())
    with override_settings(SANDBOX_URLS=[sandbox.url, "http://127.0.0.1:9"]):
        response = save(
            owner,
            secret_key="sk_live_51NotOneOfYours000000wBc3Kf8QzLm5Tn7Rv9Xy1Pd2Hg4Js6",
            api_base="http://127.0.0.1:9",
        )
    assert said_beside(response)
    assert len(sandbox.requests()) == before
    assert account(owner).credentials == ""


def test_the_check_button_checks_the_key_again(busy_dashboard: Dashboard, shop: Shop) -> None:
    kind = online(busy_dashboard)
    said = busy_dashboard.sent("check_processor", kind.id, shop.account.id)
    assert said[0].startswith("The key belongs to")


def test_an_unused_processor_is_removed_and_a_used_one_retired(busy_dashboard: Dashboard, shop: Shop) -> None:
    kind = online(busy_dashboard)
    assert "Remove the processor" in busy_dashboard.page("remove_processor", kind.id, shop.account.id)
    shop.pay(shop.start())
    said = busy_dashboard.sent("remove_processor", kind.id, shop.account.id)
    assert "keys are kept" in said[0]
    page = busy_dashboard.page("payment_type", kind.id)
    assert "Retired: takes no new payments" in page
    assert "1 payment" in page
    assert "Save Processors" not in page
    assert '<option value="stripe">' in page


def test_health_is_shown_in_sentences(busy_dashboard: Dashboard, shop: Shop) -> None:
    shop.pay(shop.start())
    page = busy_dashboard.page("payment_type", online(busy_dashboard).id)
    assert "Last delivery" in page
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(problem=quoted("The key was refused."))
    assert "The key was refused." in busy_dashboard.page("payment_type", online(busy_dashboard).id)


# -- a processor with other credentials ---------------------------------------------------------------------


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> Acme:
    installed = Acme(facts=replace(FACTS, mode=None))
    monkeypatch.setitem(ADAPTERS, "acme", installed)
    return installed


def test_the_form_follows_from_what_the_adapter_says(acme: Acme, owner: Dashboard) -> None:
    owner.post("add_processor", online(owner).id, processor="acme")
    page = owner.page("payment_type", online(owner).id)
    assert "Begins with key_. At Acme Pay: Settings, API." in page
    assert re.search(r'<textarea[^>]*name="[^"]*-signing_key"[^>]*></textarea>', page.replace("\n", ""))
    assert "At Acme Pay, add a webhook endpoint with this address:" in page
    assert "Then paste the endpoint's Signing Key above." in page
    assert "Tick these events" not in page
    assert "Stripe" not in page.partition('id="processors"')[2].partition("Add</button>")[0].replace(
        '<option value="stripe">Stripe</option>', ""
    )


def test_what_is_no_secret_is_shown_and_what_is_long_has_a_fingerprint(acme: Acme, owner: Dashboard) -> None:
    owner.post("add_processor", online(owner).id, processor="acme")
    page = messages_after(owner, save(owner, **GOOD, api_base=""))
    assert "mode not known yet: the first payment tells" in page
    assert "Mode not known yet" in owner.page("payment_types")
    assert re.search(r'name="[^"]*-seller" value="S-1"', page)
    assert "Saved: key_…cdef. Leave empty to keep it." in page
    assert "Saved, with the fingerprint" in page
    assert "BEGIN KEY" not in page
    # A browser sends the shown value with every form.
    asked = len(acme.opened)
    save(owner, seller="S-1", api_key="", signing_key="", api_base="")
    assert [credentials for credentials, _ in acme.opened[asked:]] == [GOOD, GOOD]


@pytest.mark.parametrize("field", ["api_key", "signing_key"])
def test_a_pasted_secret_is_not_echoed_whatever_its_field(acme: Acme, owner: Dashboard, field: str) -> None:
    owner.post("add_processor", online(owner).id, processor="acme")
    response = save(owner, **{"api_key": "hunter2hunter2", field: "hunter2hunter2"})
    assert "This is no API Key. The API Key begins with key_. At Acme Pay: Settings, API." in said_beside(
        response
    )
    assert "hunter2" not in response.content.decode()
    assert account(owner).credentials == ""


def test_a_missing_one_is_named_beside_its_field(acme: Acme, owner: Dashboard) -> None:
    owner.post("add_processor", online(owner).id, processor="acme")
    response = save(owner, seller="S-1")
    assert "This is needed too. Nothing was saved." in said_beside(response)
    assert re.search(r'name="[^"]*-api_key"[^>]*autofocus', response.content.decode())
