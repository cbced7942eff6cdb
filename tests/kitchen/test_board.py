"""The board's contents, and polling."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from duitpos.models import Membership, Payment, PaymentType, ProcessorAccount
from duitpos.models.payment_setup import AccountState, Mode
from tests.kitchen.factories import Kitchen, sign_in
from tests.kitchen.tickets import a_payment, a_ticket
from tests.support.restaurant import a_location, a_member, a_restaurant, a_table, online_type


def labels(html: str, column: str) -> list[str]:
    """Ticket numbers in a column, from top to bottom."""
    part = html.split(f'id="{column}"', 1)[1].split("</section>", 1)[0]
    return re.findall(r'data-label="([^"]+)"', part)


def test_tickets_are_in_their_columns_oldest_first(kitchen: Kitchen) -> None:
    site = kitchen.restaurant.location
    a_ticket(site, kitchen.item, 3, minutes=1)
    a_ticket(site, kitchen.item, 2, minutes=9)
    a_ticket(site, kitchen.item, 1, minutes=12, status="preparing")
    a_ticket(site, kitchen.item, 4, status="ready")
    a_ticket(site, kitchen.item, 5, status="held")
    a_ticket(site, kitchen.item, 6, status="canceled")
    page = kitchen.board()
    assert labels(page, "placed") == ["2", "3"]
    assert labels(page, "preparing") == ["1"]
    assert labels(page, "ready") == ["4"]
    assert page.count('class="card ') == 4


def test_a_ticket_shows_table_age_choices_allergens_and_notes(kitchen: Kitchen) -> None:
    site = kitchen.restaurant.location
    line = {
        "quantity": 3,
        "modifiers": [{"id": "1", "group": "Heat", "name": "Extra spicy", "price_delta_minor": 0}],
        "allergens": ["nuts", "egg"],
        "note": "<b>no onion</b>",
    }
    a_ticket(site, kitchen.item, 7, minutes=6, table=a_table(site, "Garden 3"), line=line, note="Birthday")
    page = kitchen.board()
    for part in (
        "Garden 3",
        "3\u00d7",
        "Extra spicy",
        "Contains: nuts, egg",
        "&lt;b&gt;no onion",
        "Birthday",
        "<b>6</b>",
    ):
        assert part in page
    assert 'class="card waiting"' in page


@pytest.mark.parametrize("minutes, age", [(0, "fresh"), (4, "fresh"), (5, "waiting"), (10, "late")])
def test_age_has_a_colour_class(kitchen: Kitchen, minutes: int, age: str) -> None:
    a_ticket(kitchen.restaurant.location, kitchen.item, 1, minutes=minutes)
    assert f'class="card {age}"' in kitchen.board()


def test_test_orders_are_marked_and_disappear_once_a_live_account_is_in_use(kitchen: Kitchen) -> None:
    tenant = kitchen.restaurant.tenant
    a_ticket(kitchen.restaurant.location, kitchen.item, 12, is_test=True)
    page = kitchen.board()
    assert labels(page, "placed") == ["T12"]
    assert "TEST" in page
    kind = online_type(tenant)
    PaymentType.objects.filter(tenant=tenant, id=kind.id).update(is_active=True)
    ProcessorAccount.objects.create(
        tenant=tenant,
        payment_type=kind,
        processor="stripe",
        external_id="acct_1",
        mode=Mode.LIVE,
        state=AccountState.ACTIVE,
    )
    assert "T12" not in kitchen.board()


@pytest.mark.parametrize("back, is_marked", [([500], True), ([499], False), ([0, 500], False)])
def test_a_refunded_order_is_marked(kitchen: Kitchen, back: list[int], is_marked: bool) -> None:
    site = kitchen.restaurant.location
    order = a_ticket(site, kitchen.item, 1)
    payments = [a_payment(order, f"cs_{number}") for number, _ in enumerate(back)]
    page = kitchen.poll()
    assert "Refunded" not in page.content.decode()
    for payment, minor in zip(payments, back, strict=True):
        Payment.objects.filter(tenant=site.tenant, id=payment.id).update(refund_reserved_minor=minor)
    again = kitchen.poll(page.headers["ETag"])
    assert again.status_code == (200 if is_marked else 304)
    assert ("Refunded: ask the cashier" in again.content.decode()) == is_marked


def test_an_empty_board_says_what_will_happen(kitchen: Kitchen) -> None:
    assert "A new order appears here by itself" in kitchen.board()


def test_other_locations_and_restaurants_have_their_own_boards(kitchen: Kitchen) -> None:
    other = a_location(kitchen.restaurant.tenant, "ipoh")
    elsewhere = a_restaurant("other")
    a_ticket(other, kitchen.item, 21)
    assert "21" not in labels(kitchen.board(), "placed")
    assert kitchen.client.get(f"/{elsewhere.tenant.slug}/kitchen/bangsar/").status_code == 404
    assert kitchen.client.get(kitchen.url("board", "nowhere")).status_code == 404


def test_with_one_location_the_picker_redirects_to_its_board(kitchen: Kitchen) -> None:
    response = kitchen.client.get(kitchen.url("pick"))
    assert response.headers["Location"] == kitchen.url("board", "bangsar")
    a_location(kitchen.restaurant.tenant, "ipoh")
    page = kitchen.client.get(kitchen.url("pick")).content.decode()
    assert kitchen.url("board", "bangsar") in page
    assert kitchen.url("board", "ipoh") in page


@pytest.mark.parametrize("role", ["owner", "manager", "cashier", "kitchen"])
def test_every_role_sees_the_board(kitchen: Kitchen, role: str) -> None:
    sign_in(kitchen.client, a_member(kitchen.restaurant.tenant, role, f"{role}-2@kopi.example"))
    page = kitchen.board()
    assert ("Dashboard" in page) == (role != "kitchen")


def test_a_cook_can_sign_out_from_the_picker_and_the_board(kitchen: Kitchen) -> None:
    a_location(kitchen.restaurant.tenant, "ipoh")
    for page in (kitchen.board(), kitchen.client.get(kitchen.url("pick")).content.decode()):
        assert 'href="/accounts/logout/"' in page
        assert "data-theme-switch" in page


def test_nobody_else_sees_the_board(kitchen: Kitchen) -> None:
    anonymous = Client()
    for name in ("board", "live", "move"):
        response = anonymous.get(kitchen.url(name, "bangsar"))
        assert response.status_code == 302
        assert "/accounts/login/" in response.headers["Location"]
    assert anonymous.post(kitchen.url("move", "bangsar")).status_code == 302
    Membership.objects.filter(tenant=kitchen.restaurant.tenant, id=kitchen.cook.id).update(is_active=False)
    for name in ("board", "live", "move"):
        assert kitchen.client.get(kitchen.url(name, "bangsar")).status_code == 404


def test_polling_takes_few_queries_until_something_changes(kitchen: Kitchen) -> None:
    site = kitchen.restaurant.location
    first = a_ticket(site, kitchen.item, 1)
    full = kitchen.poll()
    etag = full.headers["ETag"]
    assert labels(full.content.decode(), "placed") == ["1"]
    assert "no-cache" in full.headers["Cache-Control"]
    assert "private" in full.headers["Cache-Control"]
    # Fill the cache of restaurants.
    kitchen.poll(etag)
    with CaptureQueriesContext(connection) as queries:
        same = kitchen.poll(etag)
    assert same.status_code == 304
    assert same.content == b""
    # Session, user, membership, location, calls, live account, the board's hash.
    assert len(queries) <= 7, [query["sql"] for query in queries]
    kitchen.press(first, "preparing", "placed")
    changed = kitchen.poll(etag)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag
    a_ticket(site, kitchen.item, 2)
    assert kitchen.poll(changed.headers["ETag"]).status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_board(kitchen: Kitchen) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            kitchen.board()
        return len(queries)

    a_ticket(kitchen.restaurant.location, kitchen.item, 1)
    # Fill the cache of restaurants.
    count()
    few = count()
    for number in range(2, 30):
        a_ticket(kitchen.restaurant.location, kitchen.item, number)
    assert count() == few


def test_a_board_that_cannot_show_everything_says_so(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_ticket(kitchen.restaurant.location, kitchen.item, 1)
    assert "Too many tickets" not in kitchen.board()
    monkeypatch.setattr("duitpos.kitchen.cards.MOST_TICKETS", 1)
    assert "Too many tickets" in kitchen.board()


def test_refusals_are_not_cached(kitchen: Kitchen) -> None:
    refusals = [
        kitchen.client.get(kitchen.url("board", "moon")),
        kitchen.client.get(kitchen.url("move", "bangsar")),
        kitchen.client.post(kitchen.url("move", "bangsar"), {"order": "x"}),
    ]
    assert [refused.status_code for refused in refusals] == [404, 302, 400]
    for refused in refusals:
        assert refused.headers["Cache-Control"] == "private, no-store"
