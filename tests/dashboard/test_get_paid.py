"""The set-up page and going live: forms, errors beside their fields, polling, roles, and no secret in any page."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from duitpos.domain.processor_accounts.first_key import refund_test_payment
from duitpos.domain.tenancy.installation import forget
from duitpos.kit.clock import now
from duitpos.models import Payment, PaymentType, ProcessorAccount, Refund
from duitpos.models.payment_setup import AccountState, Mode, PaymentKind
from duitpos.models.people import Role
from duitpos.processors.stripe import adapter as stripe_adapter
from duitpos.processors.stripe.client import client_of
from tests.dashboard.client import Dashboard, open_desk, said_beside
from tests.sandbox_process import SandboxProcess
from tests.support.restaurant import a_table, an_item
from tests.support.shop import Shop

LIVE_KEY = "sk_live_sandbox0123456789"


@pytest.fixture
def owner(db: None, client: Client, sandbox: SandboxProcess) -> Iterator[Dashboard]:
    """A restaurant just opened, with nothing but its owner."""
    with override_settings(SANDBOX_URLS=[sandbox.url]):
        forget()
        dashboard = open_desk(client)
        types = PaymentType.objects.filter(tenant=dashboard.tenant, kind=PaymentKind.ONLINE)
        types._raw_delete(types.db)
        yield dashboard
    forget()


def account(dashboard: Dashboard) -> ProcessorAccount:
    return ProcessorAccount.objects.get(tenant=dashboard.tenant)


def test_a_new_restaurant_sees_all_that_is_to_do(owner: Dashboard) -> None:
    page = owner.page("get_paid")
    assert "1 of 8 done" in page
    for text in (
        "add a dish",
        "add a table",
        "No key yet.",
        "No payment type",
        "Not set up yet.",
        "No paid test order",
    ):
        assert text in page, text
    assert "https://dashboard.stripe.com/register" in page
    assert "SSM number" in page
    assert 'lang="en"' in page
    a_table(owner.restaurant.location)
    an_item(owner.tenant)
    page = owner.page("get_paid")
    assert "3 of 8 done" in page
    assert "QR code of table 1" in page
    assert "4242 4242 4242 4242" in page


def test_the_rail_leads_there_until_real_money_is_taken(busy_dashboard: Dashboard, shop: Shop) -> None:
    link = f'href="{busy_dashboard.url("get_paid")}"'
    assert link in busy_dashboard.page("orders")
    rows = ProcessorAccount.objects.filter(tenant=shop.tenant)
    rows.update(mode=Mode.LIVE, checked_at=now(), last_event_at=now())
    assert link not in busy_dashboard.page("orders")
    assert "You take real money" in busy_dashboard.page("get_paid")


def test_a_key_pasted_first_makes_the_payment_type_too(owner: Dashboard, sandbox: SandboxProcess) -> None:
    said = owner.sent("first_key", **{"key-secret_key": sandbox.secret_key})
    assert said[0].startswith("The key belongs to Sandbox Café")
    page = owner.page("get_paid")
    assert "Key of Sandbox Café accepted at" in page
    assert "Guests can choose “Online Payment” (ONLINE)" in page
    assert sandbox.secret_key not in page


@pytest.mark.parametrize(
    "pasted, text",
    [
        ("", "This field is required"),
        ("pk_test_0123456789", "This is the public key"),
        ("sk_test_ab…cd99", "shortened form"),
        ("whsec_0123456789abcdef", "belongs in its own field"),
        ("<script>alert(1)</script>", "This is no Secret Key"),
        ("sk_test_unknownkey99", "refuses the key"),
        ("x" * 500, "at most 300"),
    ],
)
def test_a_wrong_key_is_explained_beside_its_field(owner: Dashboard, pasted: str, text: str) -> None:
    response = owner.post("first_key", **{"key-secret_key": pasted})
    assert response.status_code == 200
    assert text in said_beside(response)
    body = response.content.decode()
    assert not pasted or pasted not in body
    assert "No key yet." in html.unescape(body)


def test_the_payment_type_is_made_or_chosen_in_one_press(owner: Dashboard) -> None:
    assert "Make it: Online Payment (ONLINE)" in owner.page("get_paid")
    owner.sent("first_type")
    made = PaymentType.objects.get(tenant=owner.tenant, kind=PaymentKind.ONLINE)
    assert (made.code, made.name, made.is_active) == ("ONLINE", "Online Payment", True)
    assert account(owner).state == AccountState.NEW
    PaymentType.objects.filter(tenant=owner.tenant, id=made.id).update(is_active=False)
    assert "Use Online Payment (ONLINE)" in owner.page("get_paid")
    owner.sent("first_type", type=str(made.id))
    made.refresh_from_db()
    assert made.is_active
    assert account(owner).payment_type_id == made.id
    # Twice at once, or on a page that is old: the code is taken.
    assert "already" in owner.sent("first_type")[0]
    assert "Choose one" in owner.sent("first_type", type="'; DROP TABLE")[0]
    cash = PaymentType.objects.get(tenant=owner.tenant, code="CASH")
    assert "it needs no processor" in owner.sent("first_type", type=str(cash.id))[0]


def test_the_webhook_by_hand(owner: Dashboard, sandbox: SandboxProcess) -> None:
    owner.sent("first_webhook", by_hand="1")
    owner.sent("first_key", **{"key-secret_key": sandbox.secret_key})
    page = owner.page("get_paid")
    assert f"/{owner.tenant.slug}/webhooks/stripe/" in page
    assert "checkout.session.completed" in page
    assert "is no Webhook Secret" in owner.refused(
        "first_webhook", by_hand="1", **{"webhook-webhook_secret": "nonsense"}
    )
    owner.sent("first_webhook", by_hand="1", **{"webhook-webhook_secret": "whsec_4Xk0yJzWq2bVn8RtLpE6sHcA"})
    page = owner.page("get_paid")
    assert "The tick comes with its first signed delivery" in page
    assert "whsec_4Xk0yJzWq2bVn8RtLpE6sHcA" not in page


def test_a_computer_that_cannot_be_reached_gets_a_command(busy_dashboard: Dashboard, shop: Shop) -> None:
    assert "stripe listen" not in busy_dashboard.page("get_paid")
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(api_base="", checked_at=now())
    page = busy_dashboard.page("get_paid")
    needed = "checkout.session.completed,checkout.session.expired"
    assert f"stripe listen --events {needed} --forward-to {shop.webhook_url}" in page
    with override_settings(BASE_URL="https://kopi.example"):
        assert "stripe listen" not in busy_dashboard.page("get_paid")


def test_a_payment_arrives_while_the_page_is_open(busy_dashboard: Dashboard, shop: Shop) -> None:
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(checked_at=now())
    first = busy_dashboard.get("get_paid_live")
    again = busy_dashboard.get("get_paid_live", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    payment = shop.start()
    shop.pay(payment)
    then = busy_dashboard.get("get_paid_live", headers={"if-none-match": first["ETag"]})
    body = html.unescape(then.content.decode())
    assert "Order T1 at table 1 paid at" in body
    assert "Signed delivery at" in body
    assert shop.named(payment) in body
    assert busy_dashboard.url("order", str(payment.order_id)) in body
    assert "7 of 8 done" in body
    assert '<span class="test">TEST</span>' in body
    said = busy_dashboard.sent("refund_test", payment.id)
    assert "refunded" in said[0]
    page = busy_dashboard.page("get_paid")
    assert "Order T1 refunded at" in page
    assert "8 of 8 done" in page
    assert busy_dashboard.url("go_live") in page
    # A second press makes no second refund.
    busy_dashboard.sent("refund_test", payment.id)
    assert Refund.objects.filter(tenant=shop.tenant).count() == 1


def test_real_money_is_not_refunded_from_here(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment)
    Payment.objects.filter(tenant=shop.tenant).update(is_test=False)
    assert busy_dashboard.post("refund_test", payment.id).status_code == 404
    assert not Refund.objects.filter(tenant=shop.tenant).exists()


def test_the_page_costs_a_fixed_number_of_queries(busy_dashboard: Dashboard, shop: Shop) -> None:
    shop.pay(shop.start())
    busy_dashboard.get("get_paid")
    with CaptureQueriesContext(connection) as few:
        busy_dashboard.get("get_paid")
    for number in range(20):
        a_table(shop.restaurant.location, f"G{number}")
        an_item(shop.tenant, f"Dish {number}")
    for number in range(3):
        payment = shop.start(guest_token=f"guest-{number}")
        shop.pay(payment)
        refund_test_payment(shop.restaurant.owner, payment.id, "Test payment")
    with CaptureQueriesContext(connection) as many:
        busy_dashboard.get("get_paid")
    # Session, user, membership; the nine facts; the badge; the rail.
    assert len(few.captured_queries) == 14, [query["sql"][:90] for query in few.captured_queries]
    assert len(many.captured_queries) == len(few.captured_queries)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.CASHIER, Role.KITCHEN])
def test_other_roles_are_not_led_there(dashboard: Dashboard, role: str) -> None:
    dashboard.be(role)
    assert dashboard.get("get_paid").status_code == 403
    assert dashboard.get("go_live").status_code == 403
    if role != Role.KITCHEN:
        assert dashboard.url("get_paid") not in dashboard.page("orders")


@pytest.fixture
def ready(busy_dashboard: Dashboard, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes every step green. The sandbox takes the place of the processor itself, which alone gets live keys."""

    def make() -> None:
        monkeypatch.setattr(
            stripe_adapter, "client_of", lambda key, base: client_of(key, base or shop.sandbox.url)
        )
        ProcessorAccount.objects.filter(tenant=shop.tenant).update(checked_at=now())
        payment = shop.start()
        shop.pay(payment)
        refund_test_payment(shop.restaurant.owner, payment.id, "Test payment")

    return make


def test_going_live_waits_for_every_step(busy_dashboard: Dashboard) -> None:
    page = busy_dashboard.page("go_live")
    assert "Still missing" in page
    assert "No paid test order yet." in page
    assert "live-secret_key" not in page
    response = busy_dashboard.post("go_live", **{"live-secret_key": LIVE_KEY})
    assert "Still missing" in response.content.decode()
    assert not account(busy_dashboard).is_live


def test_going_live_and_back_to_test(
    busy_dashboard: Dashboard, shop: Shop, ready: Callable[[], None]
) -> None:
    ready()
    shop.sandbox.control("POST", f"/accounts/{shop.account.external_id}/keys", {"key": LIVE_KEY})
    assert "1 test order stays marked TEST" in busy_dashboard.page("go_live")
    said = busy_dashboard.sent("go_live", **{"live-secret_key": LIVE_KEY})
    assert "live mode: real money" in said[0]
    page = busy_dashboard.page("go_live")
    assert "The test account (Sandbox Café) is retired" in page
    assert LIVE_KEY not in page
    assert "Set up the webhook:" in page, "its own first delivery is still missing"
    type_page = busy_dashboard.page("payment_type", shop.account.payment_type_id)
    assert "New payments use it" in type_page
    assert "Use for new payments" in type_page
    assert "1 payment" in type_page
    said = busy_dashboard.sent("to_test")
    assert "no real orders are taken" in said[0]
    assert ProcessorAccount.objects.get(tenant=shop.tenant, state=AccountState.ACTIVE).id == shop.account.id


def test_wrong_live_keys_are_explained(
    busy_dashboard: Dashboard, shop: Shop, ready: Callable[[], None]
) -> None:
    ready()
    text = busy_dashboard.refused("go_live", **{"live-secret_key": "sk_test_anotherkey123"})
    assert "This key is of test mode" in text
    other = shop.sandbox.control("POST", "/accounts", {"name": "Another <b>Kopi</b>", "live": True})
    key = other["secret_key"]
    response = busy_dashboard.post("go_live", **{"live-secret_key": key})
    body = response.content.decode()
    assert "belongs to another account" in said_beside(response)
    assert "<b>Kopi</b>" not in body
    assert key not in body
    assert "live-is_other_meant" in body
    busy_dashboard.sent("go_live", **{"live-secret_key": key, "live-is_other_meant": "on"})
    assert ProcessorAccount.objects.get(tenant=shop.tenant, state=AccountState.ACTIVE).mode == Mode.LIVE


def test_an_account_is_switched_and_retired_on_its_types_page(
    busy_dashboard: Dashboard, shop: Shop, ready: Callable[[], None]
) -> None:
    ready()
    type_id = shop.account.payment_type_id
    assert "Use Sandbox" in busy_dashboard.page("switch_account", type_id, shop.account.id)
    said = busy_dashboard.sent("retire_account", type_id, shop.account.id)
    assert "takes no new payments" in said[0]
    assert "Somebody else changed" in busy_dashboard.sent("retire_account", type_id, shop.account.id)[0]
    said = busy_dashboard.sent("switch_account", type_id, shop.account.id)
    assert said == ["New payments of Online Payment use Sandbox Café."]
    wrong = PaymentType.objects.get(tenant=shop.tenant, code="CASH")
    assert busy_dashboard.post("switch_account", wrong.id, shop.account.id).status_code == 404
