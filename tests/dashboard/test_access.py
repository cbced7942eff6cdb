"""Access: no anonymous person, nobody from another restaurant, each role only to its own pages."""

from __future__ import annotations

import pytest
from django.test import Client

from duitpos.kit.ids import uuid7
from tests.dashboard.desk import Desk, sign_in
from tests.support.restaurant import a_member, a_restaurant

PAGES = ["orders", "waiting", "alerts", "tables", "add_table", "payment_types", "add_payment_type"]
FOR = {
    "manager": {"orders", "waiting", "alerts", "tables", "add_table"},
    "cashier": {"orders", "waiting"},
    "kitchen": set(),
}


@pytest.mark.parametrize("name", [*PAGES, "home"])
def test_a_stranger_is_asked_to_sign_in_and_comes_back(desk: Desk, name: str) -> None:
    response = Client().get(desk.url(name))
    assert response.status_code == 302
    assert response.headers["Location"] == f"/accounts/login/?next={desk.url(name)}"


@pytest.mark.parametrize("name", [*PAGES, "home"])
def test_another_restaurants_owner_gets_404(desk: Desk, name: str) -> None:
    sign_in(desk.client, a_restaurant("teh").owner)
    assert desk.get(name).status_code == 404


def test_an_unknown_restaurant_and_a_foreign_one_look_the_same(desk: Desk) -> None:
    sign_in(desk.client, a_restaurant("teh").owner)
    foreign = desk.client.get("/kopi/dashboard/orders/")
    unknown = desk.client.get("/nobody/dashboard/orders/")
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content


@pytest.mark.parametrize("role", FOR)
@pytest.mark.parametrize("name", PAGES)
def test_each_role_reaches_its_own_pages(desk: Desk, role: str, name: str) -> None:
    desk.be(role)
    response = desk.get(name)
    if name in FOR[role]:
        assert response.status_code == 200
    else:
        assert response.status_code == 403
        assert "With your role you cannot" in response.content.decode()


@pytest.mark.parametrize("role", FOR)
def test_the_navigation_has_only_permitted_entries(desk: Desk, role: str) -> None:
    desk.be(role)
    page = desk.client.get(desk.url("home"), follow=True).content.decode()
    for name in ("alerts", "tables", "payment_types"):
        assert (f'href="{desk.url(name)}"' in page) == (name in FOR[role])


@pytest.mark.parametrize(
    "name", ["cancel_order", "delete_payment_type", "rotate_table", "payment_type", "order"]
)
def test_an_unknown_row_is_404(desk: Desk, name: str) -> None:
    assert desk.get(name, uuid7()).status_code == 404


def test_pages_are_not_cached_by_browsers_or_proxies(desk: Desk) -> None:
    assert "no-store" in desk.get("payment_types").headers["Cache-Control"]


def test_error_pages_are_not_cached_either(desk: Desk) -> None:
    refusals = [desk.get("order", uuid7()), Client().get(desk.url("orders"))]
    desk.be("kitchen")
    refusals += [desk.get("payment_types"), desk.client.get("/nobody/dashboard/orders/")]
    assert [refused.status_code for refused in refusals] == [404, 302, 403, 404]
    for refused in refusals:
        assert refused.headers["Cache-Control"] == "private, no-store"


def test_a_deactivated_member_loses_access_at_once(desk: Desk) -> None:
    member = a_member(desk.tenant, "manager")
    sign_in(desk.client, member)
    assert desk.get("orders").status_code == 200
    type(member).objects.filter(tenant=desk.tenant, id=member.id).update(is_active=False)
    assert desk.get("orders").status_code == 404


def test_the_policy_allows_no_inline_script_or_style(desk: Desk) -> None:
    policy = desk.get("orders").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
