"""What a row of the menu shows, and what stands above the menu."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import translation

from duitpos.domain.checkout.stopped import Stopped, Why
from duitpos.domain.menus.changed import menu_changed
from duitpos.domain.menus.serving import Serving
from duitpos.guest.texts import included_text, served_text, stopped_text
from duitpos.kit.clock import now
from duitpos.models import Location, MenuItem, MenuPhoto, Modifier, ModifierStock, PaymentType
from duitpos.models.menu import EVERY_DAY
from tests.guest.cafe import Cafe
from tests.guest.phone import text_of
from tests.support.restaurant import a_group, an_item
from tests.support.step_processor import FakeProcessor

pytestmark = pytest.mark.urls("tests.guest.urls")

TO = "\u2013"
NOON = datetime(2026, 3, 10, 12, tzinfo=ZoneInfo("Asia/Kuala_Lumpur"))


def html_of(cafe: Cafe) -> str:
    return cafe.phone().scan().content.decode()


def words_of(cafe: Cafe) -> str:
    return text_of(cafe.phone().scan())


def row_of(cafe: Cafe, item: MenuItem) -> str:
    """The HTML of an item's row."""
    rows = re.findall(r'(?s)<li class="item.*?</li>', html_of(cafe))
    return str(next(row for row in rows if f">{item.name}</h3>" in row))


def place(cafe: Cafe, **fields: Any) -> None:
    Location.objects.filter(tenant=cafe.restaurant.tenant).update(**fields)


# --- what stops an order ------------------------------------------------------------------------------------


def test_with_online_payment_nothing_stands_above_the_menu(cafe: Cafe, kedai: FakeProcessor) -> None:
    html = html_of(cafe)
    assert re.search(r'<body[^>]*><div class="stopped"[^>]*></div>', html)


def test_without_online_payment_the_first_words_say_so(cafe: Cafe) -> None:
    assert words_of(cafe).startswith(
        "Read here, order at the counter Online payment is not available here. Kopi"
    )


def test_a_pause_has_the_restaurants_message_and_its_end(cafe: Cafe, kedai: FakeProcessor) -> None:
    place(cafe, paused_at=now(), paused_until=now() + timedelta(days=2), pause_message="<b>Stock-taking</b>")
    words = words_of(cafe)
    assert words.startswith("We are not taking orders right now <b>Stock-taking</b> You can order again at")
    assert "<b>Stock" not in html_of(cafe)


def test_a_pause_that_is_over_needs_no_new_version(cafe: Cafe, kedai: FakeProcessor) -> None:
    place(cafe, paused_at=now(), paused_until=now() + timedelta(minutes=5))
    assert "not taking orders" in words_of(cafe)
    with time_machine.travel(now() + timedelta(minutes=6)):
        assert "not taking orders" not in words_of(cafe)


def test_an_online_payment_that_is_switched_on_shows_within_ten_seconds(
    cafe: Cafe, kedai: FakeProcessor
) -> None:
    types = PaymentType.objects.filter(tenant=cafe.restaurant.tenant)
    types.update(is_active=False)
    assert "order at the counter" in words_of(cafe)
    types.update(is_active=True)
    with time_machine.travel(now() + timedelta(seconds=11)):
        assert "order at the counter" not in words_of(cafe)


def test_an_end_on_another_day_has_its_date() -> None:
    soon = stopped_text(Stopped(Why.PAUSED, NOON + timedelta(hours=2)), "en_MY", NOON)
    later = stopped_text(Stopped(Why.PAUSED, NOON + timedelta(days=2)), "en_MY", NOON)
    hours = stopped_text(Stopped(Why.HOURS, NOON + timedelta(hours=6)), "en_MY", NOON)
    assert soon.lines[0] == "You can order again at 14:00."
    assert later.lines[0] == "You can order again at 12 Mar 2026, 12:00."
    assert hours.lines[0] == "We are closed, and open at 18:00."


# --- rows ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "serving, words",
    [
        (Serving(EVERY_DAY, time(7), time(11)), f"Served 07:00{TO}11:00"),
        (Serving(0b001_1111, time(7), time(11)), f"Served Mon{TO}Fri 07:00{TO}11:00"),
        (Serving(0b110_0000), "Served Sat, Sun"),
        (Serving(0b101_1101, time(18), None), f"Served Mon, Wed{TO}Fri, Sun 18:00{TO}00:00"),
    ],
)
def test_when_an_item_is_served(serving: Serving, words: str) -> None:
    assert served_text([serving], "en_MY") == words


def test_the_days_are_in_the_guests_language() -> None:
    with translation.override("ms"):
        assert f"Isn{TO}Jum" in served_text([Serving(0b001_1111)], "en_MY")


def test_what_is_not_served_now_is_shown_with_its_time_and_cannot_be_chosen(cafe: Cafe) -> None:
    # On no day at all, so that the test is true at any time.
    MenuItem.objects.filter(tenant=cafe.restaurant.tenant, id=cafe.tea.id).update(
        days=0, served_from=time(7), served_until=time(11)
    )
    row = row_of(cafe, cafe.tea)
    assert f"Served 07:00{TO}11:00" in row
    assert "RM\u202f4.00" in row
    assert "<details" not in row
    assert 'name="q-' not in row
    assert 'class="plus"' not in row


def test_a_choice_that_is_sold_out_is_shown_and_cannot_be_taken(cafe: Cafe) -> None:
    restaurant = cafe.restaurant
    ModifierStock.objects.create(
        tenant=restaurant.tenant, location=restaurant.location, modifier_id=cafe.choices["Hot"]
    )
    menu_changed(restaurant.tenant.id, restaurant.location.id)
    choice = re.search(
        rf'<input[^>]*value="{cafe.choices["Hot"].hex}"[^>]*>.*?</label>', row_of(cafe, cafe.rice)
    )
    assert choice
    assert " disabled" in choice[0]
    assert "Sold out" in choice[0]


def test_only_a_dish_that_needs_no_choice_has_a_plus(cafe: Cafe) -> None:
    a_group(cafe.tea, ("Less sugar", 0))
    assert 'class="plus"' in row_of(cafe, cafe.tea)
    assert 'class="plus"' not in row_of(cafe, cafe.rice)


def test_a_photo_has_its_size_and_three_formats(cafe: Cafe) -> None:
    photo = MenuPhoto.objects.create(tenant=cafe.restaurant.tenant, digest="ab" * 16, width=960, height=640)
    MenuItem.objects.filter(tenant=cafe.restaurant.tenant, id=cafe.tea.id).update(photo=photo)
    row = row_of(cafe, cafe.tea)
    assert re.findall(r"-240\.(\w+)", row) == ["avif", "webp", "jpeg"]
    assert 'width="960" height="640" alt="" loading="lazy" decoding="async"' in row


def test_popular_items_are_marked_and_listed_unless_they_are_sold_out(cafe: Cafe) -> None:
    place(cafe, popular_items=[cafe.rice.id.hex, cafe.tea.id.hex])
    assert re.findall(r'<li><a href="#i-\d+"><b>([^<]+)', html_of(cafe)) == ["Nasi lemak", "Teh tarik"]
    assert re.search(r'id="i-\d+"', row_of(cafe, cafe.tea))
    MenuItem.objects.filter(tenant=cafe.restaurant.tenant, id=cafe.rice.id).update(days=0)
    menu_changed(cafe.restaurant.tenant.id, cafe.restaurant.location.id)
    assert re.findall(r'<li><a href="#i-\d+"><b>([^<]+)', html_of(cafe)) == ["Teh tarik"]
    assert "Popular" not in row_of(cafe, cafe.rice)


def test_the_filter_offers_only_what_is_on_the_menu(cafe: Cafe) -> None:
    an_item(cafe.restaurant.tenant, "Cake", 700, allergens=["milk", "nuts", "pine nuts"])
    html = html_of(cafe)
    offered = re.findall(r'<input type="checkbox" value="([^"]+)"( data-without)?> <span>([^<]+)', html)
    assert [(value, bool(without), word) for value, without, word in offered] == [
        ("Halal", False, "Halal"),
        ("0", True, "nuts"),
        ("1", True, "milk"),
        ("2", True, "pine nuts"),
    ]
    assert 'data-has="1 0 2"' in html


# --- the price promise --------------------------------------------------------------------------------------


def test_the_script_gets_the_rules_and_each_rate_that_differs(cafe: Cafe) -> None:
    MenuItem.objects.filter(tenant=cafe.restaurant.tenant, id=cafe.tea.id).update(tax_class="none")
    assert 'data-service="1000" data-tax="600" data-taxed-service="1"' in html_of(cafe)
    assert 'data-tax="0"' in row_of(cafe, cafe.tea)
    assert "data-tax" not in row_of(cafe, cafe.rice)


def test_a_tax_inside_the_prices_adds_nothing(cafe: Cafe) -> None:
    place(cafe, tax_is_inclusive=True)
    MenuItem.objects.filter(tenant=cafe.restaurant.tenant, id=cafe.tea.id).update(tax_class="none")
    menu_changed(cafe.restaurant.tenant.id, cafe.restaurant.location.id)
    assert 'data-service="1000" data-tax="0" data-taxed-service="0"' in html_of(cafe)
    assert "data-tax" not in row_of(cafe, cafe.tea)


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"service_charge_bp": 1000, "tax_bp": 600}, "incl. service charge and tax"),
        ({"service_charge_bp": 1000}, "incl. service charge"),
        ({"reduced_tax_bp": 300}, "incl. tax"),
        ({}, ""),
    ],
)
def test_the_words_beside_the_total(fields: dict[str, int], words: str) -> None:
    assert included_text(Location(**fields)) == words


def test_nothing_is_ticked_that_costs(cafe: Cafe) -> None:
    """Not even where the owner's default costs."""
    Modifier.objects.filter(tenant=cafe.restaurant.tenant).update(is_default=True)
    a_group(cafe.tea, ("Pearls", 200), least=1)
    boxes = re.findall(r"<input[^>]* checked[^>]*>", html_of(cafe))
    assert boxes
    assert [box for box in boxes if "data-delta" in box] == []
