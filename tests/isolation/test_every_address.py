"""The URL resolver, walked as everybody who has no business there."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from django.test import Client

from tests.isolation.addresses import all_routes, filled, names_in
from tests.isolation.factories import Town, all_rows
from tests.isolation.rules import OTHER_PARTS, RULES, WHOSE, Anyone, HolderOf, Processor, Staff

pytestmark = pytest.mark.slow

STRANGERS = ("another restaurant's owner", "a manager who left")
SIGNED_OUT = ("anonymous", "a barred user")
NO_SUCH_METHOD = 405

STAFF = {route: rule for route, rule in RULES.items() if isinstance(rule, Staff)}
HELD = {route: rule for route, rule in RULES.items() if isinstance(rule, HolderOf)}


def ask(client: Client, method: str, url: str, form: dict[str, str] | None = None, **how: Any) -> Any:
    return client.get(url, **how) if method == "GET" else client.post(url, form or {}, **how)


def outcome(response: Any) -> str:
    """The status, or where the person is sent to sign in."""
    if response.status_code == 302 and response["Location"].startswith("/accounts/login/"):
        return "sign in"
    return str(response.status_code)


def form_of(rule: Staff, values: dict[str, str]) -> dict[str, str]:
    return {name: values[part] for name, part in rule.form}


def test_every_address_has_a_rule() -> None:
    routes = all_routes()
    assert [route for route in routes if route not in RULES] == [], "say in rules.py whose these are"
    assert [route for route in RULES if route not in routes] == [], "these are gone"


def test_every_part_of_an_address_is_understood() -> None:
    """A new part may name somebody's row: put it into WHOSE, with a value in town.py, or into OTHER_PARTS."""
    parts = {part for route in all_routes() for part in names_in(route)}
    assert parts - WHOSE - OTHER_PARTS == set()


@pytest.mark.parametrize("route", STAFF)
def test_staff_pages_are_for_these_roles_of_this_restaurant(town: Town, route: str) -> None:
    """Signed out: to sign in. Strangers: 404, so that they do not learn what exists. Another role: 403."""
    rule, url = STAFF[route], filled(route, town.here.values)
    wanted = {
        **dict.fromkeys(SIGNED_OUT, "sign in"),
        **dict.fromkeys(STRANGERS, "404"),
        **{role: "403" for role in ("owner", "manager", "cashier", "kitchen") if role not in rule.roles},
    }
    before = all_rows()
    methods = set()
    for (who, expected), method in product(wanted.items(), ("GET", "POST")):
        response = ask(town.people[who], method, url, form_of(rule, town.here.values))
        if response.status_code == NO_SUCH_METHOD:
            continue
        methods.add(method)
        assert outcome(response) == expected, f"{method} {url} as {who}"
        assert_tells_nothing(response, town)
    assert methods, "neither GET nor POST is answered"
    assert all_rows() == before, "somebody changed something"


@pytest.mark.parametrize("route", STAFF)
def test_staff_pages_open_for_whom_they_are(town: Town, route: str) -> None:
    """And show nothing of the restaurant next door."""
    rule, url = STAFF[route], filled(route, town.here.values)
    for role in rule.roles:
        response = town.people[role].get(url)
        assert outcome(response) in ("200", "302", "405"), f"{url} as {role}"
        body = response.content.decode()
        assert not [mark for mark in town.there.marks if mark in body]


@pytest.mark.parametrize("route", [route for route in STAFF if set(names_in(route)) & WHOSE])
def test_what_is_next_door_does_not_exist_here(town: Town, route: str) -> None:
    """The owner's own address with a row of another restaurant in it leads to 404, each alone and all together."""
    rule, owner = STAFF[route], town.people["owner"]
    parts = [part for part in names_in(route) if part in WHOSE]
    before = all_rows()
    for foreign in [*([part] for part in parts), parts]:
        values = {**town.here.values, **{part: town.there.values[part] for part in foreign}}
        for method in ("GET", "POST"):
            response = ask(owner, method, filled(route, values), form_of(rule, town.here.values), follow=True)
            if response.status_code != NO_SUCH_METHOD:
                assert response.status_code == 404, f"{method} with {foreign} of another restaurant"
                assert_tells_nothing(response, town)
    assert all_rows() == before


@pytest.mark.parametrize("route", [route for route, rule in STAFF.items() if rule.form])
def test_a_form_cannot_reach_next_door(town: Town, route: str) -> None:
    rule, url = STAFF[route], filled(route, town.here.values)
    before = all_rows()
    response = town.people["owner"].post(url, form_of(rule, town.there.values))
    assert response.status_code == 404
    assert all_rows() == before


@pytest.mark.parametrize("route", HELD)
def test_only_the_token_opens_a_guests_page(town: Town, route: str) -> None:
    """Not another one, not the row's id, not the token of next door; whoever asks, signed in or not."""
    part = HELD[route].part
    there, here = town.there.values, town.here.values
    wrong = [
        {**here, part: "A" * 22},
        {**here, part: here["order_id"]},
        {**here, part: here["table_id"]},
        {**here, part: there[part]},
        {**there, part: here[part]},
        {**here, "tenant": "nobody"},
    ]
    before = all_rows()
    for who, values, method in product(town.people, wrong, ("GET", "POST")):
        response = ask(town.people[who], method, filled(route, values))
        if response.status_code != NO_SUCH_METHOD:
            assert response.status_code == 404, f"{method} {filled(route, values)} as {who}"
            assert_tells_nothing(response, town)
    assert all_rows() == before


def test_a_guests_order_is_on_no_other_phone(town: Town) -> None:
    """The menu greets the phone that ordered with its order, and no other, at the same table."""
    menu = filled("<slug:tenant>/t/<str:token>/", town.here.values)
    token = town.here.values["order_token"]
    greeted = {}
    for guest in (town.here.orders["placed"].guest_token, "B" * 22, town.there.orders["placed"].guest_token):
        phone = Client()
        phone.cookies["guest"] = guest
        greeted[guest] = token in phone.get(menu).content.decode()
    assert list(greeted.values()) == [True, False, False]


@pytest.mark.parametrize("route", [route for route, rule in RULES.items() if isinstance(rule, Processor)])
def test_without_a_signature_a_webhook_changes_nothing(town: Town, route: str) -> None:
    from duitpos.models import ProcessorAccount

    for who in town.people:
        response = town.people[who].post(
            filled(route, town.here.values), data=b'{"id": "evt_1"}', content_type="application/json"
        )
        assert response.status_code == 400, who
        assert town.people[who].get(filled(route, town.here.values)).status_code == 405
    # It counts those it did not believe; nothing else may have changed, so that is put back before looking.
    rows = ProcessorAccount.objects.filter(tenant=town.here.restaurant.tenant)
    assert [row.bad_signatures for row in rows] == [1], "the others wait in memory (M68)"


@pytest.mark.parametrize("route", [route for route, rule in RULES.items() if isinstance(rule, Anyone)])
def test_pages_for_anyone_tell_nothing_of_a_restaurant(town: Town, route: str) -> None:
    url = filled(route, {"uidb36": "1", "key": "some-key"})
    before = all_rows()
    for who, method in product((*SIGNED_OUT, *STRANGERS), ("GET", "POST")):
        client = town.people[who]
        response = ask(client, method, url)
        assert response.status_code in (200, 302, 400, 403, 404, 405, 503), f"{method} {url} as {who}"
        if RULES[route] == Anyone(signed_in=True) and who in SIGNED_OUT and method == "GET":
            assert outcome(response) == "sign in"
        assert_tells_nothing(response, town)
    assert all_rows() == before


def assert_tells_nothing(response: Any, town: Town) -> None:
    """No word of the restaurant that is walked through."""
    body = response.content.decode()
    told = [mark for mark in town.here.marks if mark in body]
    assert not told, f"it shows {told}"
