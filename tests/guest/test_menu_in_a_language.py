"""A guest reads, orders and pays in their language; the kitchen sees the restaurant's own names."""

from __future__ import annotations

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.domain.menus.eighty_six import set_stock
from duitpos.domain.menus.texts import Text, Translated, translate_menu
from duitpos.domain.orders.board import board
from duitpos.domain.payments.outbox.run import run_outbox
from duitpos.kit.clock import now
from duitpos.models import MenuItem, ModifierGroup, OrderLine, Payment
from duitpos.models.menu import TextKind
from tests.guest.cafe import Cafe
from tests.guest.phone import Phone, line, text_of
from tests.support.restaurant import a_group
from tests.support.shop import Shop

pytestmark = pytest.mark.urls("tests.guest.urls")

CHINESE = {"accept-language": "zh-CN"}


@pytest.fixture
def chosen(shop: Shop) -> list[str]:
    """Add a modifier group to the shop's dish, with Chinese names. Returns the ids of the chosen modifiers."""
    modifiers = a_group(shop.item, ("With egg", 200), ("Plain", 0), least=1)
    group = ModifierGroup.objects.get(tenant=shop.tenant)
    translate_menu(
        shop.tenant,
        "zh-hans",
        [
            Translated(TextKind.SECTION, shop.item.section_id, Text("饭类")),
            Translated(TextKind.ITEM, shop.item.id, Text("椰浆饭", "配参峇")),
            Translated(TextKind.GROUP, group.id, Text("选择")),
            Translated(TextKind.MODIFIER, modifiers["With egg"], Text("加蛋")),
        ],
    )
    return [str(modifiers["With egg"])]


def _choose_chinese(phone: Phone) -> Phone:
    phone.send(phone.menu_url, {"language": "zh-hans"})
    return phone


def _pay(phone: Phone, item: MenuItem, chosen: list[str]) -> Payment:
    page = phone.review(line(item, 2, *chosen, seen=item.price_minor + 200))
    assert "椰浆饭 选择：加蛋" in text_of(page)
    assert phone.press(page).status_code == 200
    return Payment.objects.filter(tenant=phone.tenant).select_related("order").get()


def _return(shop: Shop, phone: Phone, payment: Payment) -> None:
    assert payment.order is not None
    shop.pay(payment, email="guest@example.com")
    phone.open(f"/{shop.tenant.slug}/pay/return/{payment.order.token}/")


def test_the_menu_is_in_the_guests_language(shop: Shop, phone: Phone, chosen: list[str]) -> None:
    words = text_of(phone.scan(headers=CHINESE))
    for word in ("椰浆饭", "配参峇", "选择 选 1 项", "加蛋", "号桌"):
        assert word in words
    assert "Nasi lemak" not in words
    assert "Nasi lemak" in text_of(phone.scan())


def test_the_order_stores_the_names_for_the_guest_and_for_the_kitchen(
    shop: Shop, phone: Phone, chosen: list[str]
) -> None:
    payment = _pay(_choose_chinese(phone), shop.item, chosen)
    order = payment.order
    assert order is not None
    assert order.language == "zh-hans"
    row = OrderLine.objects.get(tenant=shop.tenant, order=order)
    assert (row.name, row.guest_name) == ("Nasi lemak", "椰浆饭")
    assert (row.modifiers[0]["name"], row.modifiers[0]["guest_name"]) == ("With egg", "加蛋")
    assert (payment.checkout_request["locale"], payment.checkout_request["lines"][0]["name"]) == (
        "zh-hans",
        "椰浆饭",
    )
    assert payment.checkout_request["lines"][0]["description"] == "加蛋"
    _return(shop, phone, payment)
    url = f"/{shop.tenant.slug}/o/{order.token}/"
    for page in (phone.open(url), phone.open(f"{url}receipt/")):
        assert "2 × 椰浆饭 选择：加蛋" in text_of(page)
    (ticket,) = board(shop.tenant, shop.restaurant.location).columns["placed"]
    assert (ticket.lines[0].name, ticket.lines[0].modifiers[0]["name"]) == ("Nasi lemak", "With egg")


def test_the_receipt_is_mailed_in_the_orders_language(shop: Shop, phone: Phone, chosen: list[str]) -> None:
    payment = _pay(_choose_chinese(phone), shop.item, chosen)
    _return(shop, phone, payment)
    run_outbox()
    (sent,) = mail.outbox
    assert sent.subject == "您在Kopi的收据"
    assert "感谢您" in sent.body
    assert "RM\u202f29.00" in sent.body


def test_in_the_restaurants_own_language_no_name_is_stored_twice(
    shop: Shop, phone: Phone, chosen: list[str]
) -> None:
    page = phone.review(line(shop.item, 1, *chosen, seen=shop.item.price_minor + 200))
    phone.press(page)
    row = OrderLine.objects.get(tenant=shop.tenant)
    assert (row.name, row.guest_name) == ("Nasi lemak", "")
    assert "guest_name" not in row.modifiers[0]
    assert row.order.language == "en"


def test_a_change_names_the_dish_in_the_guests_language(cafe: Cafe) -> None:
    tenant = cafe.restaurant.tenant
    translate_menu(tenant, "zh-hans", [Translated(TextKind.ITEM, cafe.tea.id, Text("拉茶"))])
    phone = _choose_chinese(cafe.phone())
    set_stock(cafe.restaurant.owner, cafe.restaurant.location, cafe.tea.id, "out_of_stock")
    assert "拉茶 已售完，已移除。" in text_of(phone.review(line(cafe.tea)))
    MenuItem.objects.filter(tenant=tenant, id=cafe.tea.id).update(archived_at=now())
    assert "拉茶 已不在菜单上，已移除。" in text_of(phone.review(line(cafe.tea)))


def test_a_cold_page_in_another_language_takes_one_query_more(cafe: Cafe) -> None:
    with CaptureQueriesContext(connection) as cold:
        cafe.phone().scan(headers=CHINESE)
    assert len(cold) == 16
