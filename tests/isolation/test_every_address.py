"""Requests every URL as every kind of client without access."""

from __future__ import annotations

from io import BytesIO
from itertools import product
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from tests.isolation.addresses import all_routes, filled, names_in
from tests.isolation.factories import TwoRestaurants, all_rows
from tests.isolation.rules import (
    OTHER_PARAMETERS,
    RULES,
    TENANT_PARAMETERS,
    Anyone,
    HolderOf,
    Processor,
    Published,
    Staff,
)

pytestmark = pytest.mark.slow

NOT_MEMBERS = ("another restaurant's owner", "a manager who left")
SIGNED_OUT = ("anonymous", "a barred user")
NO_SUCH_METHOD = 405

STAFF = {route: rule for route, rule in RULES.items() if isinstance(rule, Staff)}
HELD = {route: rule for route, rule in RULES.items() if isinstance(rule, HolderOf)}


def send(client: Client, method: str, url: str, form: dict[str, str] | None = None, **how: Any) -> Any:
    return client.get(url, **how) if method == "GET" else client.post(url, form or {}, **how)


def outcome(response: Any) -> str:
    """The status, or "sign in" for a redirect to the sign-in page."""
    if response.status_code == 302 and response["Location"].startswith("/accounts/login/"):
        return "sign in"
    return str(response.status_code)


def form_of(rule: Staff, values: dict[str, str]) -> dict[str, str]:
    return {name: values[part] for name, part in rule.form}


def test_every_address_has_a_rule() -> None:
    routes = all_routes()
    assert [route for route in routes if route not in RULES] == [], "add these to rules.py"
    assert [route for route in RULES if route not in routes] == [], "these are gone"


def test_every_parameter_of_a_url_is_known() -> None:
    """Add a new one to TENANT_PARAMETERS if it names a row, with a value in factories.py, else to OTHER_PARAMETERS."""
    parts = {part for route in all_routes() for part in names_in(route)}
    assert parts - TENANT_PARAMETERS - OTHER_PARAMETERS == set()


@pytest.mark.parametrize("route", STAFF)
def test_staff_pages_are_for_these_roles_of_this_restaurant(both: TwoRestaurants, route: str) -> None:
    """Signed out: redirect to sign in. Not a member: 404, so as not to reveal what exists. Another role: 403."""
    rule, url = STAFF[route], filled(route, both.own.values)
    wanted = {
        **dict.fromkeys(SIGNED_OUT, "sign in"),
        **dict.fromkeys(NOT_MEMBERS, "404"),
        **{role: "403" for role in ("owner", "manager", "cashier", "kitchen") if role not in rule.roles},
    }
    before = all_rows()
    methods = set()
    for (who, expected), method in product(wanted.items(), ("GET", "POST")):
        response = send(both.clients[who], method, url, form_of(rule, both.own.values))
        if response.status_code == NO_SUCH_METHOD:
            continue
        methods.add(method)
        assert outcome(response) == expected, f"{method} {url} as {who}"
        assert_shows_nothing(response, both)
    assert methods, "neither GET nor POST is answered"
    assert all_rows() == before, "a request changed a row"


@pytest.mark.parametrize("route", STAFF)
def test_staff_pages_open_for_their_roles(both: TwoRestaurants, route: str) -> None:
    """They show nothing of the other restaurant."""
    rule, url = STAFF[route], filled(route, both.own.values)
    for role in rule.roles:
        response = both.clients[role].get(url)
        assert outcome(response) in ("200", "302", "405"), f"{url} as {role}"
        body = text_of(response)
        assert not [text for text in both.other.texts if text in body]


def text_of(response: Any) -> str:
    """What a person reads; the text of a PDF is compressed."""
    if response["Content-Type"] == "application/pdf":
        return " ".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages)
    return str(response.content.decode(errors="replace"))


@pytest.mark.parametrize("route", [route for route in STAFF if set(names_in(route)) & TENANT_PARAMETERS])
def test_rows_of_another_restaurant_are_not_found(both: TwoRestaurants, route: str) -> None:
    """The owner's own URL with rows of another restaurant is 404, for each parameter alone and all together."""
    rule, owner = STAFF[route], both.clients["owner"]
    parts = [part for part in names_in(route) if part in TENANT_PARAMETERS]
    before = all_rows()
    for foreign in [*([part] for part in parts), parts]:
        values = {**both.own.values, **{part: both.other.values[part] for part in foreign}}
        for method in ("GET", "POST"):
            response = send(owner, method, filled(route, values), form_of(rule, both.own.values), follow=True)
            if response.status_code != NO_SUCH_METHOD:
                assert response.status_code == 404, f"{method} with {foreign} of another restaurant"
                assert_shows_nothing(response, both)
    assert all_rows() == before


@pytest.mark.parametrize("route", [route for route, rule in STAFF.items() if rule.form])
def test_a_form_cannot_name_another_restaurants_rows(both: TwoRestaurants, route: str) -> None:
    rule, url = STAFF[route], filled(route, both.own.values)
    before = all_rows()
    response = both.clients["owner"].post(url, form_of(rule, both.other.values))
    assert response.status_code == 404
    assert all_rows() == before


@pytest.mark.parametrize("route", HELD)
def test_only_the_token_opens_a_guests_page(both: TwoRestaurants, route: str) -> None:
    """Another token, the row's id and the other restaurant's token are 404, for every client."""
    part = HELD[route].part
    other, own = both.other.values, both.own.values
    wrong = [
        {**own, part: "A" * 22},
        {**own, part: own["order_id"]},
        {**own, part: own["table_id"]},
        {**own, part: other[part]},
        {**other, part: own[part]},
        {**own, "tenant": "nobody"},
    ]
    before = all_rows()
    for who, values, method in product(both.clients, wrong, ("GET", "POST")):
        # A POST to a return address comes back by GET, unread.
        response = send(both.clients[who], method, filled(route, values), follow=True)
        if response.status_code != NO_SUCH_METHOD:
            assert response.status_code == 404, f"{method} {filled(route, values)} as {who}"
            assert_shows_nothing(response, both)
    assert all_rows() == before


def test_a_guests_order_is_on_no_other_phone(both: TwoRestaurants) -> None:
    """The menu links an order only on the phone that placed it, not on others at the same table."""
    mine = filled("<slug:tenant>/t/<str:token>/mine/", both.own.values)
    token = both.own.values["order_token"]
    greeted = {}
    for guest in (both.own.orders["placed"].guest_token, "B" * 22, both.other.orders["placed"].guest_token):
        phone = Client()
        phone.cookies["guest"] = guest
        greeted[guest] = token in phone.get(mine).content.decode()
    assert list(greeted.values()) == [True, False, False]


@pytest.mark.parametrize("route", [route for route, rule in RULES.items() if isinstance(rule, Processor)])
def test_without_a_signature_a_webhook_changes_nothing(both: TwoRestaurants, route: str) -> None:
    from duitpos.models import ProcessorAccount

    for who in both.clients:
        response = both.clients[who].post(
            filled(route, both.own.values), data=b'{"id": "evt_1"}', content_type="application/json"
        )
        assert response.status_code == 400, who
        assert both.clients[who].get(filled(route, both.own.values)).status_code == 405
    # Only the counter of bad signatures may change.
    rows = ProcessorAccount.objects.filter(tenant=both.own.restaurant.tenant)
    assert [row.bad_signatures for row in rows] == [1], "the others wait in memory (M68)"


@pytest.mark.parametrize("route", [route for route, rule in RULES.items() if isinstance(rule, Anyone)])
def test_pages_for_anyone_show_nothing_of_a_restaurant(both: TwoRestaurants, route: str) -> None:
    folder = both.own.restaurant.tenant.id.hex
    url = filled(
        route,
        {
            "uidb36": "1",
            "key": "some-key",
            "token": "some-token",
            "pk": "1",
            "folder": folder,
            "file": "photo.jpeg",
        },
    )
    before = all_rows()
    for who, method in product((*SIGNED_OUT, *NOT_MEMBERS), ("GET", "POST")):
        client = both.clients[who]
        response = send(client, method, url)
        assert response.status_code in (200, 302, 400, 403, 404, 405, 503), f"{method} {url} as {who}"
        if RULES[route] == Anyone(signed_in=True) and who in SIGNED_OUT and method == "GET":
            assert outcome(response) == "sign in"
        assert_shows_nothing(response, both)
    assert all_rows() == before


@pytest.mark.parametrize("route", [route for route, rule in RULES.items() if isinstance(rule, Published)])
def test_a_public_page_is_of_the_restaurant_in_its_url(both: TwoRestaurants, route: str) -> None:
    own = both.own.restaurant.tenant
    before = all_rows()
    for who in both.clients:
        shown = both.clients[who].get(filled(route, both.own.values))
        assert shown.status_code == 200, who
        assert own.name in shown.content.decode()
        # Another restaurant's URL with this one's location, and this one's with its own: only the second shows it.
        mixed = both.clients[who].get(
            filled(route, {**both.own.values, "tenant": both.other.values["tenant"]})
        )
        assert_shows_nothing(mixed, both)
        assert both.clients[who].post(filled(route, both.own.values)).status_code in (400, 403, 405), who
    assert all_rows() == before


def assert_shows_nothing(response: Any, both: TwoRestaurants) -> None:
    """The response has no text of the restaurant under test."""
    body = response.content.decode(errors="replace")
    told = [text for text in both.own.texts if text in body]
    assert not told, f"it shows {told}"
