"""Access: no anonymous person, nobody from another restaurant, each role only to its own pages."""

from __future__ import annotations

import pytest
from django.test import Client

from duitpos.kit.ids import uuid7
from tests.dashboard.client import Dashboard, sign_in
from tests.support.restaurant import a_member, a_restaurant

PAGES = ["orders", "waiting", "alerts", "tables", "add_table", "payment_types", "add_payment_type"]
FOR = {
    "manager": {"orders", "waiting", "alerts", "tables", "add_table"},
    "cashier": {"orders", "waiting"},
    "kitchen": set(),
}


@pytest.mark.parametrize("name", [*PAGES, "home"])
def test_a_stranger_is_asked_to_sign_in_and_comes_back(dashboard: Dashboard, name: str) -> None:
    response = Client().get(dashboard.url(name))
    assert response.status_code == 302
    assert response.headers["Location"] == f"/accounts/login/?next={dashboard.url(name)}"


@pytest.mark.parametrize("name", [*PAGES, "home"])
def test_another_restaurants_owner_gets_404(dashboard: Dashboard, name: str) -> None:
    sign_in(dashboard.client, a_restaurant("teh").owner)
    assert dashboard.get(name).status_code == 404


def test_an_unknown_restaurant_and_a_foreign_one_look_the_same(dashboard: Dashboard) -> None:
    sign_in(dashboard.client, a_restaurant("teh").owner)
    foreign = dashboard.client.get("/kopi/dashboard/orders/")
    unknown = dashboard.client.get("/nobody/dashboard/orders/")
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content


@pytest.mark.parametrize("role", FOR)
@pytest.mark.parametrize("name", PAGES)
def test_each_role_reaches_its_own_pages(dashboard: Dashboard, role: str, name: str) -> None:
    dashboard.be(role)
    response = dashboard.get(name)
    if name in FOR[role]:
        assert response.status_code == 200
    else:
        assert response.status_code == 403
        assert "With your role you cannot" in response.content.decode()


@pytest.mark.parametrize("role", FOR)
def test_the_navigation_has_only_permitted_entries(dashboard: Dashboard, role: str) -> None:
    dashboard.be(role)
    page = dashboard.client.get(dashboard.url("home"), follow=True).content.decode()
    for name in ("alerts", "tables", "payment_types"):
        assert (f'href="{dashboard.url(name)}"' in page) == (name in FOR[role])


@pytest.mark.parametrize(
    "name", ["cancel_order", "delete_payment_type", "rotate_table", "payment_type", "order"]
)
def test_an_unknown_row_is_404(dashboard: Dashboard, name: str) -> None:
    assert dashboard.get(name, uuid7()).status_code == 404


def test_pages_are_not_cached_by_browsers_or_proxies(dashboard: Dashboard) -> None:
    assert "no-store" in dashboard.get("payment_types").headers["Cache-Control"]


def test_error_pages_are_not_cached_either(dashboard: Dashboard) -> None:
    refusals = [dashboard.get("order", uuid7()), Client().get(dashboard.url("orders"))]
    dashboard.be("kitchen")
    refusals += [dashboard.get("payment_types"), dashboard.client.get("/nobody/dashboard/orders/")]
    assert [refused.status_code for refused in refusals] == [404, 302, 403, 404]
    for refused in refusals:
        assert refused.headers["Cache-Control"] == "private, no-store"


def test_a_deactivated_member_loses_access_at_once(dashboard: Dashboard) -> None:
    member = a_member(dashboard.tenant, "manager")
    sign_in(dashboard.client, member)
    assert dashboard.get("orders").status_code == 200
    type(member).objects.filter(tenant=dashboard.tenant, id=member.id).update(is_active=False)
    assert dashboard.get("orders").status_code == 404


def test_the_policy_allows_no_inline_script_or_style(dashboard: Dashboard) -> None:
    policy = dashboard.get("orders").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
