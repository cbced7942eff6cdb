"""The list of orders: rows, filters, search and polling."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from duitpos.domain.orders.queries import Position, orders_page
from duitpos.domain.orders.search import OrderFilters
from duitpos.kit.clock import now
from duitpos.models import Order
from tests.dashboard.client import Dashboard
from tests.kitchen.tickets import a_ticket
from tests.support.restaurant import a_location, a_table, an_item


def numbers(page: str) -> list[str]:
    """Order numbers from top to bottom."""
    return [found.split()[0] for found in re.findall(r'class="row"[^>]*>\s*([^<]+)', page)]


def some_orders(dashboard: Dashboard, count: int) -> list[Order]:
    item = an_item(dashboard.tenant)
    table = a_table(dashboard.restaurant.location, "Garden 3")
    return [
        a_ticket(dashboard.restaurant.location, item, number, table=table) for number in range(1, count + 1)
    ]


def test_an_empty_list_says_what_to_do_next(dashboard: Dashboard) -> None:
    page = dashboard.page("orders")
    assert "No orders yet" in page
    assert dashboard.url("add_table") in page
    a_table(dashboard.restaurant.location)
    assert "Get paid" in dashboard.page("orders")
    # The next poll shows the same.
    assert "Get paid" in dashboard.page("orders_live")


def test_after_setup_the_next_step_is_a_first_order(busy_dashboard: Dashboard) -> None:
    page = busy_dashboard.page("orders")
    assert "Set up online payment" not in page
    assert "Try it as a guest at table 1" in page


def test_newest_first_with_state_table_and_total(dashboard: Dashboard) -> None:
    some_orders(dashboard, 3)
    page = dashboard.page("orders")
    assert numbers(page) == ["3", "2", "1"]
    for words in ("Garden 3", "Bangsar", "New", "RM\u202f5.00", "just now"):
        assert words in page


def test_a_test_order_is_marked(dashboard: Dashboard) -> None:
    item = an_item(dashboard.tenant)
    a_ticket(dashboard.restaurant.location, item, 4, is_test=True)
    page = dashboard.page("orders")
    assert numbers(page) == ["T4"]
    assert "TEST" in page


def test_filters_are_in_the_url(dashboard: Dashboard) -> None:
    item = an_item(dashboard.tenant)
    other = a_location(dashboard.tenant, "bukit")
    a_ticket(dashboard.restaurant.location, item, 1, status="ready")
    yesterday = a_ticket(other, item, 2, status="ready")
    day = yesterday.business_date
    assert day is not None
    Order.objects.filter(tenant=dashboard.tenant, id=yesterday.id).update(
        business_date=day - timedelta(days=1)
    )
    assert numbers(dashboard.page("orders", query="?location=bukit")) == ["2"]
    assert numbers(dashboard.page("orders", query="?state=ready")) == ["2", "1"]
    assert numbers(dashboard.page("orders", query="?state=served")) == []
    assert numbers(dashboard.page("orders", query=f"?day={day}")) == ["1"]
    assert numbers(dashboard.page("orders", query=f"?day={day}&location=bukit")) == []
    page = dashboard.page("orders", query="?location=bukit&state=ready")
    assert '<option value="bukit" selected>' in page
    assert '<option value="ready" selected>' in page


@pytest.mark.parametrize(
    "text, found", [("2", ["2"]), ("garden", ["2", "1"]), ("5.00", ["2", "1"]), ("T2", [])]
)
def test_search_by_number_amount_and_table(dashboard: Dashboard, text: str, found: list[str]) -> None:
    some_orders(dashboard, 2)
    assert numbers(dashboard.page("orders", query=f"?q={text}")) == found


@pytest.mark.parametrize(
    "query",
    [
        "?day=yesterday",
        "?day=2026-02-31",
        "?state=eaten",
        "?location=moon",
        "?before=then",
        "?before=2026-01-01T00:00",
        "?q=%00",
        "?q=" + "x" * 300,
        "?q=99999999999999999999",
        "?day=0001-01-01",
        "?before=0001-01-01T00:00:00Z",
        "?q=%F0%9F%8D%9C",
    ],
)
def test_an_invalid_query_string_still_shows_a_page(dashboard: Dashboard, query: str) -> None:
    some_orders(dashboard, 1)
    assert dashboard.get("orders", query=query).status_code == 200
    assert dashboard.get("orders_live", query=query).status_code == 200


def test_a_table_name_is_escaped(dashboard: Dashboard) -> None:
    table = a_table(dashboard.restaurant.location, "<i>7</i>")
    a_ticket(dashboard.restaurant.location, an_item(dashboard.tenant), 1, table=table)
    assert "<i>7" not in dashboard.get("orders").content.decode()


def test_older_orders_are_one_link_away(dashboard: Dashboard) -> None:
    some_orders(dashboard, 52)
    first = dashboard.page("orders")
    assert len(numbers(first)) == 50
    older = re.search(r'href="[^"]*(\?before=[^"]+)"', first)
    assert older
    second = dashboard.page("orders", query=older[1])
    assert numbers(second) == ["2", "1"]
    # A page of older orders does not poll: polling returns the newest orders.
    assert "hx-trigger" in first
    assert dashboard.url("orders_live") not in second


def test_newest_first_is_by_the_time_that_is_shown(dashboard: Dashboard) -> None:
    """A bank transfer that arrives 20 hours after the cart was sent is the newest order, on every page of the list."""
    orders = some_orders(dashboard, 52)
    sent = now() - timedelta(hours=20)
    orders[6].created_at = sent
    orders[6].placed_at = now()
    orders[6].save(update_fields=["created_at", "placed_at"])
    first = dashboard.page("orders")
    assert numbers(first)[0] == "7"
    older = re.search(r'href="[^"]*(\?before=[^"]+)"', first)
    assert older
    assert numbers(dashboard.page("orders", query=older[1].replace("&amp;", "&"))) == ["2", "1"]
    assert numbers(dashboard.page("orders_live"))[0] == "7"


def test_orders_of_one_moment_are_each_on_one_page(dashboard: Dashboard) -> None:
    orders = some_orders(dashboard, 53)
    Order.objects.filter(tenant=dashboard.tenant).update(placed_at=orders[0].placed_at)
    first = dashboard.page("orders")
    older = re.search(r'href="[^"]*(\?before=[^"]+)"', first)
    assert older
    second = dashboard.page("orders", query=older[1].replace("&amp;", "&"))
    assert sorted(numbers(first) + numbers(second), key=int) == [str(number) for number in range(1, 54)]
    assert len(numbers(dashboard.page("orders", query="?before=2100-01-01T00:00:00Z&below=nonsense"))) == 50


def test_the_list_is_read_from_its_index(dashboard: Dashboard) -> None:
    with CaptureQueriesContext(connection) as queries:
        orders_page(dashboard.tenant, OrderFilters(), Position(now(), uuid4()))
    listed = next(one["sql"] for one in queries.captured_queries if "ORDER BY" in one["sql"])
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {listed}")
            plan = "\n".join(str(row) for row in cursor.fetchall())
    else:
        with connection.cursor() as cursor:
            # The table is nearly empty: a scan would cost less.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
            cursor.execute(f"EXPLAIN {listed}")
            plan = "\n".join(str(row) for row in cursor.fetchall())
    assert "order_shown" in plan
    assert "TEMP B-TREE FOR ORDER BY" not in plan


@pytest.fixture
def mid_minute(time_machine: TimeMachineFixture) -> None:
    """Freeze the clock in the middle of a minute: the version changes every minute, so that "5 min ago" stays true."""
    time_machine.move_to(now().replace(second=30), tick=False)


@pytest.mark.usefixtures("mid_minute")
def test_a_poll_is_304_until_something_changes(dashboard: Dashboard) -> None:
    first, *_ = some_orders(dashboard, 2)
    version = re.search(r'data-version="([^"]+)"', dashboard.page("orders"))
    assert version
    etag = f'"{version[1]}"'
    same = dashboard.get("orders_live", headers={"if-none-match": etag})
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["ETag"] == etag
    Order.objects.filter(tenant=dashboard.tenant, id=first.id).update(number=7)
    changed = dashboard.get("orders_live", headers={"if-none-match": etag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag
    assert sorted(numbers(changed.content.decode())) == ["2", "7"]
    assert 'id="alerts-count" hx-swap-oob="true" hidden' in changed.content.decode()


def test_the_version_changes_every_minute_without_an_order(
    dashboard: Dashboard, time_machine: TimeMachineFixture
) -> None:
    some_orders(dashboard, 1)
    etag = dashboard.get("orders_live").headers["ETag"]
    time_machine.move_to(now() + timedelta(minutes=3))
    later = dashboard.get("orders_live", headers={"if-none-match": etag})
    assert later.status_code == 200
    assert "3 min ago" in later.content.decode()


def test_a_poll_keeps_its_filters(dashboard: Dashboard) -> None:
    some_orders(dashboard, 2)
    page = dashboard.page("orders", query="?state=ready")
    assert f'hx-get="{dashboard.url("orders_live")}?state=ready"' in page
    assert numbers(dashboard.get("orders_live", query="?state=ready").content.decode()) == []


def test_the_number_of_queries_does_not_grow(dashboard: Dashboard) -> None:
    some_orders(dashboard, 2)
    dashboard.get("orders")
    with CaptureQueriesContext(connection) as few:
        dashboard.get("orders")
    some = few.captured_queries
    # Session, user, membership; locations; calls; the version; orders, payments, refunds; disputes; the badge;
    # the set-up.
    assert len(some) == 11, [query["sql"][:90] for query in some]
    item = an_item(dashboard.tenant, "More")
    for number in range(3, 40):
        a_ticket(dashboard.restaurant.location, item, number)
    with CaptureQueriesContext(connection) as many:
        dashboard.get("orders")
    assert len(many.captured_queries) == len(some)


@pytest.mark.usefixtures("mid_minute")
def test_a_304_costs_two_additional_queries(dashboard: Dashboard) -> None:
    some_orders(dashboard, 2)
    etag = dashboard.get("orders_live").headers["ETag"]
    with CaptureQueriesContext(connection) as seen:
        assert dashboard.get("orders_live", headers={"if-none-match": etag}).status_code == 304
    # Session, user, membership; calls; the version.
    assert len(seen.captured_queries) == 5, [query["sql"][:90] for query in seen.captured_queries]


@pytest.mark.parametrize(
    "words",
    [
        "before=0001-01-01T00:00:00%2B14:00",
        "before=9999-12-31T23:59:59-14:00",
        "before=2026-01-01T00:00:00%2B23:59:59",
        "day=0001-01-01",
        "day=9999-12-31",
    ],
)
def test_a_time_outside_the_calendar_is_ignored(dashboard: Dashboard, words: str) -> None:
    assert dashboard.client.get(f"/kopi/dashboard/orders/?{words}").status_code == 200
