"""Moves on the board: forward, back, undo, and too late."""

from __future__ import annotations

import pytest

from duitpos.models import OrderEvent
from tests.kitchen.factories import Kitchen
from tests.kitchen.tickets import a_ticket
from tests.support.restaurant import a_location, a_restaurant, an_item


@pytest.mark.parametrize(
    "at, to", [("placed", "preparing"), ("preparing", "ready"), ("ready", "served"), ("served", "ready")]
)
def test_one_step_and_its_undo(kitchen: Kitchen, at: str, to: str) -> None:
    order = a_ticket(kitchen.restaurant.location, kitchen.item, 12, status=at)
    response = kitchen.press(order, to, at)
    assert response.status_code == 303
    assert kitchen.status(order) == to
    event = OrderEvent.objects.get(tenant=kitchen.restaurant.tenant, order=order)
    assert (event.from_status, event.to_status, event.member_id) == (at, to, kitchen.cook.id)
    page = kitchen.client.get(response.headers["Location"]).content.decode()
    undo = page.split('id="undo"')[1].split("</div>")[0]
    # Undo leads to the status before `to`, not to the previous one: for served -> ready they differ.
    before = {"preparing": "placed", "ready": "preparing", "served": "ready"}[to]
    assert f'name="to" value="{before}"' in undo
    assert f'name="seen" value="{to}"' in undo


def test_undo_moves_it_back_and_offers_no_further_undo(kitchen: Kitchen) -> None:
    order = a_ticket(kitchen.restaurant.location, kitchen.item, 12)
    kitchen.press(order, "preparing", "placed")
    response = kitchen.press(order, "placed", "preparing", is_undo="1")
    assert kitchen.status(order) == "placed"
    assert response.headers["Location"] == kitchen.url("board", "bangsar")


def test_a_press_on_an_outdated_board_moves_nothing(kitchen: Kitchen) -> None:
    order = a_ticket(kitchen.restaurant.location, kitchen.item, 12, status="ready")
    response = kitchen.press(order, "preparing", "placed")
    assert response.status_code == 409
    assert "has been moved meanwhile" in response.content.decode()
    assert 'id="board"' in response.content.decode()
    assert kitchen.status(order) == "ready"


def test_two_concurrent_presses_move_it_once(kitchen: Kitchen) -> None:
    order = a_ticket(kitchen.restaurant.location, kitchen.item, 12)
    for _ in range(2):
        assert kitchen.press(order, "preparing", "placed").status_code == 303
    assert kitchen.status(order) == "preparing"
    assert OrderEvent.objects.filter(tenant=kitchen.restaurant.tenant, order=order).count() == 1


@pytest.mark.parametrize("to", ["served", "canceled", "held", "", "nonsense"])
def test_no_other_step_exists(kitchen: Kitchen, to: str) -> None:
    order = a_ticket(kitchen.restaurant.location, kitchen.item, 12)
    assert kitchen.press(order, to, "placed").status_code in (400, 409)
    assert kitchen.status(order) == "placed"


def test_another_restaurants_order_does_not_exist(kitchen: Kitchen) -> None:
    other = a_restaurant("other")
    order = a_ticket(other.location, an_item(other.tenant), 12)
    assert kitchen.press(order, "preparing", "placed").status_code == 404
    order.refresh_from_db()
    assert order.status == "placed"


def test_another_locations_order_is_not_on_this_board(kitchen: Kitchen) -> None:
    elsewhere = a_location(kitchen.restaurant.tenant, "bukit")
    order = a_ticket(elsewhere, kitchen.item, 12)
    assert kitchen.press(order, "preparing", "placed").status_code == 404
    assert kitchen.status(order) == "placed"


def test_malformed_input_is_refused_with_a_sentence(kitchen: Kitchen) -> None:
    response = kitchen.client.post(kitchen.url("move", "bangsar"), {"order": "x"})
    assert response.status_code == 400
    assert "try again" in response.content.decode()
    assert "Undo" not in kitchen.board("?moved=x").split("<main")[0]


def test_a_reloaded_move_redirects_to_the_board(kitchen: Kitchen) -> None:
    response = kitchen.client.get(kitchen.url("move", "bangsar"))
    assert response.headers["Location"] == kitchen.url("board", "bangsar")


def test_what_was_just_served_can_be_brought_back(kitchen: Kitchen) -> None:
    a_ticket(kitchen.restaurant.location, kitchen.item, 9, status="served")
    served = kitchen.board().split("<h2>Just served")[1]
    assert "<b>9</b>" in served
    assert 'value="ready"' in served
