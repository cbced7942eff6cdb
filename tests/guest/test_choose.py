"""Something sold out after it was paid: the guest takes another dish for no more money, or the money back."""

from __future__ import annotations

import pytest
from django.http import HttpResponse

from duitpos.domain.alerts.offers import Action
from duitpos.domain.menus.edit.archive import archive_item
from duitpos.domain.orders.board import board, board_version
from duitpos.domain.orders.timeline import order_details
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.payments.refunds.refund_part import Why, refund_lines
from duitpos.domain.payments.refunds.refunded_lines import lines_left
from duitpos.domain.reporting.sum_days import sum_changed
from duitpos.domain.reporting.verify import verify_totals
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.kit.ids import secret_token
from duitpos.models import Alert, ItemStock, LineSwap, MenuItem, Order, OrderLine, Payment, Refund
from duitpos.models.alert import AlertKind as A
from duitpos.models.menu import StockStatus
from tests.guest.phone import Phone, line, text_of
from tests.support.restaurant import a_group, an_item
from tests.support.shop import Shop

pytestmark = pytest.mark.urls("tests.guest.urls")


def stock(shop: Shop, item: MenuItem, quantity: int) -> ItemStock:
    return ItemStock.objects.create(
        tenant=shop.tenant,
        location=shop.restaurant.location,
        item=item,
        status=StockStatus.LIMITED,
        quantity=quantity,
    )


def sold_out(shop: Shop, phone: Phone, *more: dict[str, object]) -> Order:
    """A paid order of two dishes of which one is left, and of `more`."""
    phone.press(phone.review(line(shop.item, 2), *more))
    stock(shop, shop.item, 1)
    payment = shop.payment_of(shop.orders()[-1])
    shop.pay(payment)
    phone.open(f"/kopi/pay/return/{shop.orders()[-1].token}/")
    assert shop.alerts() == [A.SOLD_OUT_AFTER_PAYMENT]
    order: Order = shop.fresh(payment).order
    return order


def url(order: Order) -> str:
    return f"/kopi/o/{order.token}/choose/"


def the_line(order: Order) -> OrderLine:
    return OrderLine.objects.filter(tenant_id=order.tenant_id, order=order).order_by("position")[0]


def choose(phone: Phone, order: Order, value: object) -> HttpResponse:
    return phone.send(url(order), {f"line-{the_line(order).id}": str(value)})


def refunds(shop: Shop) -> list[tuple[int, str, str]]:
    rows = Refund.objects.filter(tenant=shop.tenant).order_by("created_at")
    return list(rows.values_list("amount_minor", "status", "source"))


def test_the_page_offers_what_costs_no_more(shop: Shop, phone: Phone) -> None:
    an_item(shop.tenant, "Mee goreng", 1100)
    an_item(shop.tenant, "Laksa", 1250)
    an_item(shop.tenant, "Lobster", 9000)
    a_group(an_item(shop.tenant, "Roti", 300), ("Egg", 0), least=1)
    out = an_item(shop.tenant, "Rojak", 800)
    stock(shop, out, 1)
    order = sold_out(shop, phone)
    assert url(order) in phone.open(f"/kopi/o/{order.token}/").content.decode()
    page = text_of(phone.open(url(order)))
    for words in ("2 × Nasi lemak", "Laksa RM 25.00", "Mee goreng RM 22.00", "Money back for this"):
        assert words in page, words
    for words in ("Lobster", "Roti", "Rojak"):
        assert words not in page, words


def test_a_dish_of_the_same_price(shop: Shop, phone: Phone) -> None:
    laksa = an_item(shop.tenant, "Laksa", 1250)
    left = stock(shop, laksa, 3)
    order = sold_out(shop, phone)
    before = board_version(shop.tenant, shop.restaurant.location)
    assert choose(phone, order, laksa.id).status_code == 303
    assert (shop.alerts(), refunds(shop)) == ([], [])
    page = text_of(phone.open(f"/kopi/o/{order.token}/"))
    assert "2 × Laksa" in page
    assert "instead of Nasi lemak" in page
    assert board_version(shop.tenant, shop.restaurant.location) != before
    (ticket,) = board(shop.tenant, shop.restaurant.location).columns["placed"]
    assert ticket.lines[0].swap is not None
    assert ticket.lines[0].swap.name == "Laksa"
    left.refresh_from_db()
    assert left.quantity == 1


def test_a_cheaper_dish_gives_the_difference_back_with_its_charges(shop: Shop, phone: Phone) -> None:
    shop.restaurant.location.service_charge_bp = 1000
    shop.restaurant.location.tax_bp = 600
    shop.restaurant.location.save()
    tea = an_item(shop.tenant, "Teh tarik", 300)
    order = sold_out(shop, phone)
    choose(phone, order, tea.id)
    # 2 x 9.50 with 10 % service charge, and 6 % tax on the dishes.
    assert refunds(shop) == [(2204, "succeeded", "guest")]
    assert shop.alerts() == []


def test_the_money_back(shop: Shop, phone: Phone) -> None:
    tea = an_item(shop.tenant, "Teh tarik", 300)
    order = sold_out(shop, phone, line(tea, 1))
    choose(phone, order, "back")
    assert refunds(shop) == [(2500, "succeeded", "guest")]
    order.refresh_from_db()
    assert (order.status, shop.alerts()) == ("placed", [])
    (ticket,) = board(shop.tenant, shop.restaurant.location).columns["placed"]
    assert [row.refunded for row in ticket.lines] == [2, 0]


def test_all_of_it_back_stops_the_order(shop: Shop, phone: Phone) -> None:
    order = sold_out(shop, phone)
    choose(phone, order, "back")
    order.refresh_from_db()
    assert (order.status, refunds(shop)) == ("canceled", [(2500, "succeeded", "guest")])
    assert "Refunded" in text_of(phone.open(f"/kopi/o/{order.token}/"))


def test_never_more_money_and_only_what_was_offered(shop: Shop, phone: Phone) -> None:
    lobster = an_item(shop.tenant, "Lobster", 9000)
    order = sold_out(shop, phone)
    assert choose(phone, order, lobster.id).status_code == 409
    assert choose(phone, order, "nonsense").status_code == 400
    assert phone.send(url(order), {}).status_code == 400
    assert (LineSwap.objects.filter(tenant=shop.tenant).count(), refunds(shop)) == (0, [])
    assert shop.alerts() == [A.SOLD_OUT_AFTER_PAYMENT]


def test_after_staff_decided_nothing_is_to_choose(shop: Shop, phone: Phone) -> None:
    order = sold_out(shop, phone)
    act(shop.restaurant.owner, Alert.objects.get(tenant=shop.tenant).id, Action.DONE)
    assert phone.open(url(order)).status_code == 302
    answer = choose(phone, order, "back")
    assert answer.status_code in (404, 410)
    assert refunds(shop) == []


def test_pressed_twice_is_once(shop: Shop, phone: Phone) -> None:
    order = sold_out(shop, phone)
    for _ in range(2):
        choose(phone, order, "back")
    assert len(refunds(shop)) == 1


def test_an_archived_dish_loses_nothing(shop: Shop, phone: Phone) -> None:
    """The owner takes the sold-out dish off the menu, and the one that was chosen in its place."""
    laksa = an_item(shop.tenant, "Laksa", 1250)
    order = sold_out(shop, phone)
    archive_item(shop.restaurant.owner, shop.item.id)
    assert "Nasi lemak" in text_of(phone.open(url(order)))
    choose(phone, order, laksa.id)
    archive_item(shop.restaurant.owner, laksa.id)
    assert "2 × Laksa" in text_of(phone.open(f"/kopi/o/{order.token}/"))
    (ticket,) = board(shop.tenant, shop.restaurant.location).columns["placed"]
    assert ticket.lines[0].name == "Nasi lemak"


def test_another_orders_token_chooses_nothing(shop: Shop, phone: Phone) -> None:
    sold_out(shop, phone)
    assert phone.open("/kopi/o/no-such-token-at-all/choose/").status_code == 404


def test_staff_refund_a_swapped_dish_at_its_new_price(shop: Shop, phone: Phone) -> None:
    """One dish is swapped, another goes back at once; staff give back the rest. All of it is what was paid."""
    shop.restaurant.location.service_charge_bp = 1000
    shop.restaurant.location.tax_bp = 600
    shop.restaurant.location.save()
    tea = an_item(shop.tenant, "Teh tarik", 333)
    order = sold_out(shop, phone, line(an_item(shop.tenant, "Rojak", 785), 1))
    choose(phone, order, tea.id)
    payment = Payment.objects.select_related("account", "order").get(tenant=shop.tenant)
    (swapped, one), (rojak, other) = lines_left(payment)
    assert (swapped.name, swapped.unit_price_minor, one, rojak.name, other) == (
        "Teh tarik",
        333,
        2,
        "Rojak",
        1,
    )
    owner = shop.restaurant.owner
    made = refund_lines(owner, payment.id, {swapped.id: 1}, Why(secret_token()))
    # 3.33 with 10 % service charge, and 6 % tax on the dish.
    assert made.amount_minor in (385, 386, 387)
    assert [row.items_minor for row in made.lines.all()] == [333]
    assert "1 × Teh tarik" in text_of(phone.open(f"/kopi/o/{order.token}/"))
    (attempt,) = order_details(shop.tenant, order.id).payments
    named = [line.order_line.swap for refund in attempt.refunds for line in refund.lines.all()]
    assert [swap.name for swap in named if swap is not None] == ["Teh tarik"]
    refund_lines(owner, payment.id, {rojak.id: 1}, Why(secret_token()))
    refund_lines(owner, payment.id, {swapped.id: 1}, Why(secret_token()))
    payment.refresh_from_db()
    assert payment.refundable.minor == 0
    assert sum(amount for amount, _, _ in refunds(shop)) == order.total_minor


def test_a_swap_and_money_back_in_one_choice_add_up(shop: Shop, phone: Phone) -> None:
    """Two dishes are gone: one is swapped, the money of the other comes back, and staff refund all that is left."""
    shop.restaurant.location.service_charge_bp = 1000
    shop.restaurant.location.save()
    rojak, tea = an_item(shop.tenant, "Rojak", 785), an_item(shop.tenant, "Teh tarik", 333)
    stock(shop, rojak, 0)
    ItemStock.objects.filter(tenant=shop.tenant, item=rojak).update(quantity=5)
    phone.press(phone.review(line(shop.item, 2), line(rojak, 3)))
    stock(shop, shop.item, 1)
    ItemStock.objects.filter(tenant=shop.tenant, item=rojak).update(quantity=1)
    payment = shop.payment_of(shop.orders()[-1])
    shop.pay(payment)
    order = shop.fresh(payment).order
    phone.open(f"/kopi/pay/return/{order.token}/")
    first, second = OrderLine.objects.filter(tenant=shop.tenant).order_by("position")
    phone.send(url(order), {f"line-{first.id}": str(tea.id), f"line-{second.id}": "back"})
    assert [source for _, _, source in refunds(shop)] == ["guest", "guest"]
    refund_payment(shop.restaurant.owner, payment.id, "")
    assert sum(amount for amount, _, _ in refunds(shop)) == order.total_minor
    last = Refund.objects.filter(tenant=shop.tenant).order_by("created_at").last()
    assert last is not None
    assert [(row.quantity, row.items_minor) for row in last.lines.all()] == [(2, 666)]
    sum_changed(shop.tenant.id, lambda: False)
    assert list(verify_totals(shop.tenant.id)) == []
