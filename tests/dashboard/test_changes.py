"""The page of the audit log: who changed what, its filters and its file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from duitpos.dashboard.texts.audit import FIELD_NAMES, KINDS
from duitpos.domain.audit import read
from duitpos.domain.audit.record import FIELDS, Change, KeyChange, record_change, record_changes
from duitpos.kit.clock import now
from duitpos.kit.money import Money
from duitpos.models import AuditEntry
from duitpos.models.audit import AuditKind
from tests.dashboard.client import Dashboard
from tests.support.restaurant import a_member, a_restaurant

pytestmark = pytest.mark.django_db


def lines(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def price(dashboard: Dashboard, count: int) -> None:
    changes = [
        Change(f"Dish {number}", {"price": Money(100, "MYR")}, {"price": Money(200 + number, "MYR")})
        for number in range(count)
    ]
    record_changes(dashboard.restaurant.owner, AuditKind.PRICE, changes)


def test_nothing_yet_and_then_a_price(dashboard: Dashboard) -> None:
    assert "No changes yet" in dashboard.page("changes")
    price(dashboard, 1)
    page = dashboard.page("changes")
    assert "Dish 0" in page
    assert "owner@kopi.example" in page
    assert "2.00</b>" in page


def test_every_kind_and_field_has_words(dashboard: Dashboard) -> None:
    assert set(KINDS) == set(AuditKind.values)
    assert {name for names in FIELDS.values() for name in names} == set(FIELD_NAMES)
    for kind, names in FIELDS.items():
        for name in names:
            value = KeyChange.CHANGED if kind is AuditKind.KEY else now() if "until" in name else "owner"
            record_change(dashboard.restaurant.owner, kind, "manager", {}, {name: value})
    page = dashboard.page("changes")
    for text in [*KINDS.values(), *FIELD_NAMES.values()]:
        assert str(text) in page
    assert "changed" in page


@pytest.mark.parametrize(
    "query, found",
    [
        ("?kind=price", ["Dish 0"]),
        ("?kind=pause", ["Bangsar"]),
        ("?kind=secrets", ["Dish 0", "Bangsar"]),
        ("?person=PERSON", ["Bangsar"]),
        ("?person=1", ["Dish 0", "Bangsar"]),
        ("?day=TODAY", ["Dish 0", "Bangsar"]),
        ("?day=2001-01-01", []),
        ("?day=9999-12-31", ["Dish 0", "Bangsar"]),
        ("?before=2000-01-01T00:00:00Z&id=x", ["Dish 0", "Bangsar"]),
        ("?before=%00&id=%00&kind=%00&person=%00&day=%00", ["Dish 0", "Bangsar"]),
    ],
)
def test_filters_and_links_that_are_mistyped(dashboard: Dashboard, query: str, found: list[str]) -> None:
    price(dashboard, 1)
    cook = a_member(dashboard.tenant)
    record_change(cook, AuditKind.PAUSE, "Bangsar", {"paused": False}, {"paused": True})
    today = (now() + timedelta(hours=8)).date().isoformat()
    query = query.replace("PERSON", str(cook.id)).replace("TODAY", today)
    for name in ("changes", "changes_file"):
        response = dashboard.get(name, query=query)
        assert response.status_code == 200
        text = response.content.decode()
        shown = [one for one in ("Dish 0", "Bangsar") if f"{one}<" in text or f",{one}," in text]
        assert shown == found


def test_another_restaurants_person_and_entries_are_not_there(dashboard: Dashboard) -> None:
    teh = a_restaurant("teh")
    record_change(teh.owner, AuditKind.PAUSE, "Secret Ipoh", {"paused": False}, {"paused": True})
    price(dashboard, 1)
    page = dashboard.page("changes", query=f"?person={teh.owner.id}")
    assert "Dish 0" in page
    assert "Ipoh" not in page
    assert "owner@teh.example" not in page


def test_pages_of_many_at_the_same_moment(dashboard: Dashboard) -> None:
    price(dashboard, read.PAGE + 1)
    first = dashboard.get("changes").context
    assert len(first["rows"]) == read.PAGE
    second = dashboard.get("changes", query=f"?{first['older']}").context
    seen = [row.entry.id for row in (*first["rows"], *second["rows"])]
    assert len(set(seen)) == len(seen) == read.PAGE + 1
    assert second["older"] == ""


def test_the_file_is_bounded_and_opens_as_it_is_meant(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duitpos.dashboard.views.changes.MOST", 3)
    record_change(dashboard.restaurant.owner, AuditKind.PRICE, "=cmd()", {}, {"price": Money(150, "MYR")})
    price(dashboard, 3)
    assert len(lines(dashboard.get("changes_file"))) == 4
    AuditEntry.objects.filter(tenant=dashboard.tenant).exclude(subject="=cmd()").delete()
    head, row = lines(dashboard.get("changes_file"))
    assert head == ["Time (Asia/Kuala_Lumpur)", "Person", "Kind", "About", "Field", "From", "To"]
    assert row[1:6] == ["owner@kopi.example", "Prices", "'=cmd()", "Price", ""]


@pytest.mark.parametrize("role, status", [("manager", 200), ("cashier", 403), ("kitchen", 403)])
def test_roles(dashboard: Dashboard, role: str, status: int) -> None:
    dashboard.be(role)
    assert dashboard.get("changes").status_code == status
    assert dashboard.get("changes_file").status_code == status


@pytest.mark.parametrize("count", [1, 40])
def test_queries_do_not_grow(
    dashboard: Dashboard, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    price(dashboard, count)
    dashboard.get("changes")
    with django_assert_num_queries(8):
        dashboard.get("changes")
