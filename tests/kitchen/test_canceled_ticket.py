"""F18: a canceled ticket stays on the board until a cook takes note of it."""

from __future__ import annotations

import pytest
from django.test import Client

from duitpos.domain.orders.advance import Actor, advance
from duitpos.domain.orders.board import board, board_version
from duitpos.domain.orders.canceled_ticket import take_note
from duitpos.kit.clock import now
from duitpos.models import Order
from tests.kitchen.factories import Kitchen, sign_in
from tests.kitchen.tickets import a_ticket
from tests.support.restaurant import a_location, a_member

pytestmark = pytest.mark.django_db
SAID = "Canceled: do not make it"


def canceled(kitchen: Kitchen, status: str) -> Order:
    """A ticket that is canceled while it is in this status."""
    order = a_ticket(kitchen.restaurant.location, kitchen.item, 12, status=status)
    assert advance(order, status, "canceled", Actor("staff"), now(), ended_at=now())
    return order


def note(kitchen: Kitchen, order: Order) -> int:
    return kitchen.client.post(kitchen.url("canceled", "bangsar"), {"order": str(order.id)}).status_code


@pytest.mark.parametrize("status", ["placed", "preparing", "ready"])
def test_a_canceled_ticket_stays_in_its_column_until_a_cook_takes_note(kitchen: Kitchen, status: str) -> None:
    tenant, site = kitchen.restaurant.tenant, kitchen.restaurant.location
    order = canceled(kitchen, status)
    seen = board(tenant, site)
    assert [ticket.order.id for ticket in seen.columns[status]] == [order.id]
    page = kitchen.board()
    column = page.split(f'id="{status}"')[1].split("</section>")[0]
    assert SAID in column
    assert '<span class="count">0</span>' in column, "it is not counted as open"
    assert "all-day" not in page, "nothing of it is to be made"
    assert f'action="{kitchen.url("move", "bangsar")}"' not in column, "it cannot be moved"
    assert note(kitchen, order) == 303
    assert SAID not in kitchen.board()
    assert board_version(tenant, site) != seen.version
    order.refresh_from_db()
    assert order.cancel_read_by == kitchen.cook
    assert order.cancel_read_at is not None


def test_the_board_that_polls_learns_that_a_ticket_was_canceled(kitchen: Kitchen) -> None:
    order = a_ticket(kitchen.restaurant.location, kitchen.item, 12, status="preparing")
    etag = kitchen.poll().headers["ETag"]
    assert kitchen.poll(etag).status_code == 304
    advance(order, "preparing", "canceled", Actor("staff"), now(), ended_at=now())
    response = kitchen.poll(etag)
    assert response.status_code == 200
    assert SAID in response.content.decode()


def test_the_first_press_counts_and_the_second_changes_nothing(kitchen: Kitchen) -> None:
    site = kitchen.restaurant.location
    order = canceled(kitchen, "preparing")
    assert take_note(kitchen.cook, site, order.id)
    order.refresh_from_db()
    first = order.cancel_read_at
    second = a_member(kitchen.restaurant.tenant, "kitchen", "second@kopi.example")
    assert not take_note(second, site, order.id)
    order.refresh_from_db()
    assert (order.cancel_read_at, order.cancel_read_by) == (first, kitchen.cook)


@pytest.mark.parametrize("status", ["held", "served"])
def test_what_was_not_on_the_board_does_not_come_to_it(kitchen: Kitchen, status: str) -> None:
    canceled(kitchen, status)
    assert SAID not in kitchen.board()


def test_an_order_that_comes_back_is_an_ordinary_ticket_and_can_be_canceled_again(kitchen: Kitchen) -> None:
    order = canceled(kitchen, "preparing")
    note(kitchen, order)
    advance(order, "canceled", "placed", Actor("staff"), now(), ended_at=None)
    assert SAID not in kitchen.board()
    assert not take_note(kitchen.cook, kitchen.restaurant.location, order.id)
    advance(order, "placed", "canceled", Actor("staff"), now(), ended_at=now())
    assert SAID in kitchen.board()


def test_another_locations_kitchen_cannot_take_note(kitchen: Kitchen, client: Client) -> None:
    order = canceled(kitchen, "preparing")
    a_location(kitchen.restaurant.tenant, "klcc")
    sign_in(client, kitchen.cook)
    response = client.post(kitchen.url("canceled", "klcc"), {"order": str(order.id)})
    assert response.status_code == 404
    assert SAID in kitchen.board()
    assert client.post(kitchen.url("canceled", "bangsar"), {"order": "x"}).status_code == 400
