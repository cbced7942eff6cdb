"""Guests' calls on the board."""

from __future__ import annotations

from duitpos.domain.tables.calls import call
from duitpos.models import ServiceCall
from tests.kitchen.factories import Kitchen
from tests.support.restaurant import a_location, a_table


def test_a_call_is_on_the_board_within_a_poll_until_somebody_goes(kitchen: Kitchen) -> None:
    tenant, table = kitchen.restaurant.tenant, a_table(kitchen.restaurant.location, "Garden 3")
    etag = kitchen.poll().headers["ETag"]
    made = call(tenant, table, "bill", "phone-of-a-guest")
    live = kitchen.poll(etag)
    assert live.status_code == 200
    for words in ("Garden 3", "asks for the bill", "On my way", str(made.id)):
        assert words in live.content.decode()
    assert kitchen.poll(live.headers["ETag"]).status_code == 304
    url = kitchen.url("answer_call", "bangsar", str(made.id))
    for _ in range(2):
        answer = kitchen.client.post(url)
        assert (answer.status_code, answer.headers["Location"]) == (303, kitchen.url("board", "bangsar"))
    assert "Garden 3" not in kitchen.board()
    assert kitchen.poll(live.headers["ETag"]).status_code == 200
    stored = ServiceCall.objects.get(tenant=tenant, id=made.id)
    assert stored.acknowledged_by_id == kitchen.cook.id


def test_a_call_from_elsewhere_is_not_here(kitchen: Kitchen) -> None:
    ipoh = a_location(kitchen.restaurant.tenant, "ipoh")
    made = call(kitchen.restaurant.tenant, a_table(ipoh, "Far 9"), "staff", "phone-of-a-guest")
    assert "Far 9" not in kitchen.board()
    assert kitchen.client.post(kitchen.url("answer_call", "bangsar", str(made.id))).status_code == 404
    assert kitchen.client.get(kitchen.url("answer_call", "ipoh", str(made.id))).status_code == 405
    assert ServiceCall.objects.get(tenant=kitchen.restaurant.tenant).acknowledged_at is None
