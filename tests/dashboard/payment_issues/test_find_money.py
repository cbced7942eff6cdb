"""A guest says they paid: found by whatever they remember, with one sentence on what became of the money."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.domain.payment_issues.find import BACK
from duitpos.domain.payments.outbox.run import run_outbox
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.kit.clock import now
from duitpos.models import Alert, Order, Payment, PaymentReference, Refund
from tests.dashboard.client import Dashboard, said_beside
from tests.support.live_shop import Clock
from tests.support.scenarios import end_wrongly, restore_a_backup_without, start_again, tell
from tests.support.shop import Shop

DECLINED, STOLEN, REFUND_WAITS = "4000000000009995", "4000000000009979", "4000000000007726"
NOTHING = "Nothing found. Ask the guest for the bank's message"


def found(dashboard: Dashboard, text: str, **more: str) -> str:
    # After a delivery the card's digits and the charge's id come by the outbox.
    run_outbox()
    query = "&".join(f"{name}={quote(value)}" for name, value in {"q": text, **more}.items())
    return dashboard.page("find_money", query=f"?{query}")


def sentence(page: str) -> str:
    """The one answer on the page."""
    (answer,) = [part.partition("</b>")[0] for part in page.split('<p class="became">')[1:]]
    return answer.partition("<b>")[2]


# -- by what it is found -----------------------------------------------------------------------------------------


def test_by_whatever_is_remembered(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment, email="Aminah@example.com")
    run_outbox()
    payment = shop.fresh(payment)
    refund = refund_payment(shop.restaurant.owner, payment.id, "cold")
    shop.sandbox.idle()
    refund.refresh_from_db()
    named = PaymentReference.objects.filter(tenant=shop.tenant, payment=payment)
    ids = [payment.reference, *named.values_list("value", flat=True), refund.reference]
    assert {text.partition("_")[0] for text in ids} == {"cs", "pi", "ch", "re"}
    order = payment.order
    assert order is not None
    texts = [
        *ids,
        str(payment.id),
        str(order.id),
        str(refund.id),
        f"https://dashboard.stripe.com/test/payments/{shop.named(payment)}?tab=overview#x",
        f"{shop.url}/{shop.tenant.slug}/o/{order.token}/",
        "RM 25.00",
        "25.00",
        "RM\u202f25.00",
        "4242",
        "··4242",
        "aminah@EXAMPLE.com",
        "Table 1",
        "Table 1 · Bangsar",
        "T1",
        "Order 1",
        "RM 25.00, table 1, 4242",
    ]
    for text in texts:
        assert "all of it was refunded" in found(busy_dashboard, text), text
    for text in ("RM 24.99", "4243", "Table 11", "aminah@example.org", "RM 25.00, table 2", "cs_test_a1None"):
        assert NOTHING in found(busy_dashboard, text), text


def test_by_the_time(busy_dashboard: Dashboard, shop: Shop) -> None:
    shop.pay(shop.start())
    local = now() + timedelta(hours=8)
    assert "is in the kitchen" in found(busy_dashboard, "", about=f"{local:%Y-%m-%dT%H:%M}")
    late = local + timedelta(hours=3)
    assert NOTHING in found(busy_dashboard, "", about=f"{late:%Y-%m-%dT%H:%M}")
    assert NOTHING in found(busy_dashboard, "4242", about=f"{late:%Y-%m-%dT%H:%M}")


@pytest.mark.parametrize("about", ["yesterday", "2026-02-31T10:00", "0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_time_that_is_none_is_refused_beside_the_field_and_kept(dashboard: Dashboard, about: str) -> None:
    response = dashboard.get("find_money", query=f"?q=4242&about={about}")
    assert "Enter a date and a time, such as 2026-11-27 19:30." in said_beside(response)
    page = response.content.decode()
    assert f'value="{about}"' in page
    assert 'value="4242"' in page


@pytest.mark.parametrize(
    "text",
    ["%00", "%", "'; DROP TABLE x; --", "<script>x</script>", "9" * 290, "1." * 100, "\U0001f35c", "cs_" + "x" * 200,
     "RM " + "1,000" * 40, ",", ", , ;", "//o//", "\\", "_", "RM -5"],
)  # fmt: skip
def test_hostile_texts_find_nothing(dashboard: Dashboard, text: str) -> None:
    page = dashboard.get("find_money", query=f"?q={quote(text)}")
    assert page.status_code == 200
    assert b"<script>x" not in page.content
    assert dashboard.get("orders", query=f"?q={quote(text)}").status_code == 200


def test_a_text_that_is_too_long_is_refused(dashboard: Dashboard) -> None:
    assert "Paste less" in said_beside(dashboard.get("find_money", query="?q=" + "x" * 301))


def test_no_e_mail_is_shown(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment, email="aminah@example.com")
    busy_dashboard.be("cashier")
    assert "aminah" not in found(busy_dashboard, "4242")
    page = busy_dashboard.page("order", Order.objects.get(tenant=shop.tenant).id)
    assert "aminah" not in page
    assert "a…@example.com" in page


# -- what became of the money ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "status, words",
    [("placed", "is in the kitchen."), ("ready", "is ready."), ("served", "was served.")],
)
def test_paid(busy_dashboard: Dashboard, shop: Shop, status: str, words: str) -> None:
    shop.pay(shop.start())
    Order.objects.filter(tenant=shop.tenant).update(status=status)
    said = sentence(found(busy_dashboard, "4242"))
    assert said.startswith("Paid RM\u202f25.00 on ")
    assert said.endswith(f"order T1 {words}")


def test_paid_but_not_placed(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment = shop.start()
    paid = {"status": "complete", "payment_status": "paid", "amount_total": 999}
    tell(shop, "checkout.session.completed", payment, overrides=paid)
    page = found(busy_dashboard, "RM 9.99")
    assert "but the order is not in the kitchen" in sentence(page)
    assert busy_dashboard.url("alerts") in page


def test_paid_and_canceled_then_refunded(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment)
    assert payment.order_id is not None
    cancel_order(shop.restaurant.owner, payment.order_id, "no rice", refund=False)
    assert "the money is still here: refund it or serve it" in sentence(found(busy_dashboard, "4242"))
    refund_payment(shop.restaurant.owner, payment.id, "no rice")
    shop.sandbox.idle()
    assert "all of it was refunded on" in sentence(found(busy_dashboard, "4242"))
    Refund.objects.filter(tenant=shop.tenant).update(status="pending")
    assert "a refund of RM\u202f25.00 is on its way since" in sentence(found(busy_dashboard, "4242"))
    Refund.objects.filter(tenant=shop.tenant).update(status="failed")
    assert "was tried and did not reach the guest" in sentence(found(busy_dashboard, "4242"))
    Refund.objects.filter(tenant=shop.tenant).update(status="succeeded", amount_minor=500)
    assert "RM\u202f5.00 of it was refunded" in sentence(found(busy_dashboard, "4242"))
    Refund.objects.filter(tenant=shop.tenant).update(amount_minor=2500)


def test_paid_twice(busy_dashboard: Dashboard, shop: Shop) -> None:
    first = shop.start()
    assert first.order is not None
    end_wrongly(shop, first)
    shop.pay(start_again(shop, first.order))
    shop.pay(first)
    assert sentence(found(busy_dashboard, "4242")) == (
        "Order T1 was paid twice: RM\u202f25.00 must go back to the guest."
    )
    refund_payment(shop.restaurant.owner, first.id, "twice")
    shop.sandbox.idle()
    assert "order T1 is in the kitchen" in sentence(found(busy_dashboard, "4242"))


def test_declined_and_not_paid_after_without_what_the_bank_suspects(
    busy_dashboard: Dashboard, shop: Shop
) -> None:
    payment = shop.start()
    shop.pay(payment, card=DECLINED)
    shop.pay(payment, card=STOLEN)
    page = found(busy_dashboard, "9979")
    assert "Declined and not paid yet: RM\u202f25.00, 2 tries" in sentence(page)
    assert sentence(page).endswith("The guest can still pay. The bank refused the card and gave no reason.")
    assert payment.order_id is not None
    for one in (page, busy_dashboard.page("order", payment.order_id), busy_dashboard.page("declines")):
        assert "stolen" not in one.lower()
    shop.sandbox.control("POST", f"/sessions/{payment.reference}/expire")
    shop.sandbox.idle()
    assert "Declined and not paid after" in sentence(found(busy_dashboard, "9979"))
    assert sentence(found(busy_dashboard, "9995")) == sentence(found(busy_dashboard, "9979"))


def test_started_and_never_paid(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment = shop.start()
    assert sentence(found(busy_dashboard, payment.reference)).endswith("The payment page is still open.")
    shop.sandbox.control("POST", f"/sessions/{payment.reference}/expire")
    shop.sandbox.idle()
    assert "and never paid: RM\u202f25.00. Nothing was taken." in sentence(found(busy_dashboard, "25.00"))


def test_the_page_was_never_made(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment = shop.start()
    rows = Payment.objects.filter(tenant=shop.tenant, id=payment.id)
    rows.update(reference="", status="failed", failure={"code": "not_started_in_time"})
    assert "the payment page was never made" in sentence(found(busy_dashboard, "25.00"))
    rows.update(reference=payment.reference, status="pending")


def test_a_bank_transfer_on_its_way(busy_dashboard: Dashboard, shop: Shop) -> None:
    payment = shop.start()
    Payment.objects.filter(tenant=shop.tenant).update(processing_since=now())
    said = sentence(found(busy_dashboard, payment.reference))
    assert "the bank has not confirmed it since" in said
    assert said.endswith("Do not let them pay again.")
    Payment.objects.filter(tenant=shop.tenant).update(processing_since=None)


# -- asking the processor too ------------------------------------------------------------------------------------


def asked(dashboard: Dashboard, clock: Clock, text: str = "", **more: str) -> str:
    """Press the button; the clock moves on, since it may be pressed every few seconds only."""
    import html

    clock.advance(seconds=4)
    response = dashboard.post("find_money", q=text, **more)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


@pytest.fixture
def quiet(webhookless_shop: Shop) -> Dashboard:
    """The dashboard of a shop that gets no deliveries."""
    from django.test import Client

    from tests.dashboard.client import sign_in

    client = Client()
    sign_in(client, webhookless_shop.restaurant.owner)
    return Dashboard(webhookless_shop.restaurant, client)


def test_a_payment_that_nobody_told_us_of_is_settled(
    quiet: Dashboard, webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.pay(payment)
    assert "The payment page is still open." in found(quiet, "25.00")
    page = asked(quiet, clock, "25.00")
    assert "order T1 is in the kitchen" in sentence(page)
    assert shop.fresh(payment).settled_via == "button"


def test_it_is_settled_without_anything_but_the_time(
    quiet: Dashboard, webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    shop.pay(shop.start())
    local = now() + timedelta(hours=8)
    page = asked(quiet, clock, about=f"{local:%Y-%m-%dT%H:%M}")
    assert "order T1 is in the kitchen" in sentence(page)


@pytest.mark.parametrize("by", ["session", "intent", "charge", "link", "time"])
def test_paid_at_stripe_and_unknown_here_is_booked(
    quiet: Dashboard, webhookless_shop: Shop, clock: Clock, by: str
) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.pay(payment)
    shop.sweep(after=timedelta(minutes=5))
    intent, charge = shop.named(payment), shop.named(payment, "charge")
    restore_a_backup_without(shop, shop.fresh(payment))
    texts = {
        "session": payment.reference,
        "intent": intent,
        "charge": charge,
        "link": f"https://dashboard.stripe.com/test/payments/{intent}",
        "time": "",
    }
    assert Payment.objects.filter(tenant=shop.tenant).count() == 0
    page = asked(quiet, clock, texts[by])
    assert "1 payment was paid at the processor and unknown here. It is booked now." in page
    assert "there is no order for it here: link it to an order or refund it." in sentence(page)
    assert shop.alerts() == ["unknown_payment"]
    assert shop.ledger() == [("payment", 2500)]
    again = asked(quiet, clock, texts[by])
    assert "booked now" not in again
    assert shop.ledger() == [("payment", 2500)]
    assert "there is no order for it here" in found(quiet, "RM 25.00")


def test_a_session_that_is_unknown_here_and_was_not_paid(
    quiet: Dashboard, webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    payment = shop.start()
    restore_a_backup_without(shop, shop.fresh(payment))
    assert "Stripe knows this id, and nothing was paid with it." in asked(quiet, clock, payment.reference)
    assert Payment.objects.filter(tenant=shop.tenant).count() == 0


def test_what_other_software_sold_is_not_shown(
    quiet: Dashboard, webhookless_shop: Shop, clock: Clock
) -> None:
    """The account's owner also sells elsewhere."""
    shop = webhookless_shop
    foreign = shop.sandbox.client().v1.checkout.sessions.create(
        params={
            "mode": "payment",
            "success_url": "https://elsewhere.example/thanks",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {"currency": "myr", "unit_amount": 4200, "product_data": {"name": "Shirt"}},
                }
            ],
        }
    )
    shop.sandbox.pay(foreign.id)
    for text in (foreign.id, "42.00", ""):
        page = asked(quiet, clock, text)
        assert "Nothing found, neither here nor at Stripe." in page, text
        assert "booked" not in page
    assert Alert.objects.filter(tenant=shop.tenant).count() == 0


@pytest.mark.parametrize(
    "text",
    ["cs_test_a1NoSuchSession", "pi_3NoSuchIntent00000", "ch_NoSuch0000000", "xx_unknown99"],
)
def test_an_id_that_names_nothing(quiet: Dashboard, webhookless_shop: Shop, clock: Clock, text: str) -> None:
    assert "Nothing found, neither here nor at Stripe." in asked(quiet, clock, text)


def test_stripe_does_not_answer(quiet: Dashboard, webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    shop.start()
    shop.sandbox.fault("error", status=500, count=None)
    page = asked(quiet, clock, "25.00")
    assert "Stripe: Stripe does not answer." in page
    assert "The payment page is still open." in page, "what is stored is shown all the same"


def test_it_is_asked_once_in_three_seconds(quiet: Dashboard, webhookless_shop: Shop, clock: Clock) -> None:
    asked(quiet, clock, "25.00")
    before = len(webhookless_shop.sandbox.requests())
    response = quiet.post("find_money", q="25.00")
    assert "asked a moment ago" in response.content.decode()
    assert len(webhookless_shop.sandbox.requests()) == before


def test_another_restaurants_payment_is_not_found(
    quiet: Dashboard, webhookless_shop: Shop, clock: Clock
) -> None:
    """Two restaurants with one account at the processor: each sees its own only."""
    from tests.support.restaurant import a_restaurant, a_table, an_item
    from tests.support.shop import an_account

    shop = webhookless_shop
    restaurant = a_restaurant("teh")
    account = an_account(restaurant, shop.sandbox)
    other = Shop(
        restaurant, a_table(restaurant.location), an_item(restaurant.tenant), account, shop.sandbox, shop.url
    )
    payment = other.start()
    other.pay(payment)
    payment = other.fresh(payment)
    assert payment.order is not None
    texts = [payment.reference, str(payment.id), str(payment.order_id), payment.order.token]
    for text in [*texts, f"{shop.url}/teh/o/{payment.order.token}/", "3.00"]:
        assert NOTHING in found(quiet, text), text
        assert "Nothing found, neither here nor at Stripe." in asked(quiet, clock, text), text
    assert other.fresh(payment).status == "pending"


def test_the_search_costs_a_fixed_number_of_queries(busy_dashboard: Dashboard, shop: Shop) -> None:
    shop.pay(shop.start())
    run_outbox()
    with CaptureQueriesContext(connection) as few:
        busy_dashboard.page("find_money", query="?q=RM+25.00,+4242")
    for phone in ("guest-2", "guest-3"):
        payment = shop.start(guest_token=phone)
        shop.pay(payment, card=DECLINED)
        shop.pay(payment)
    run_outbox()
    with CaptureQueriesContext(connection) as many:
        busy_dashboard.page("find_money", query="?q=RM+25.00,+4242")
    assert len(few) == len(many)


def test_without_a_time_the_last_90_days_are_searched(busy_dashboard: Dashboard, shop: Shop) -> None:
    """What names one row is found however old it is, and so is what is near a time."""
    payment = shop.start()
    shop.pay(payment)
    long_ago = payment.created_at - BACK - timedelta(hours=1)
    Payment.objects.filter(tenant=shop.tenant).update(created_at=long_ago)
    assert payment.order is not None
    for text in ("RM 25.00", "4242", "T1", "guest@example.com"):
        assert NOTHING in found(busy_dashboard, text), text
    for text in (payment.reference, str(payment.id), str(payment.order_id)):
        assert "Paid RM\u202f25.00" in found(busy_dashboard, text), text
    assert "the last 90 days" in busy_dashboard.page("find_money")
