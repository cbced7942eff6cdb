"""Migration 0020 on both databases: the former task queue goes, whatever is in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from tests.support.restaurant import a_restaurant
from tests.upgrade.steps import go_forward, go_to

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BEFORE = ("duitpos", "0019_start_sent")
TABLE = "django_tasks_database_dbtaskresult"


@pytest.fixture
def before() -> Iterator[None]:
    """The tables of the version before, with a restaurant; afterwards the newest ones, for the tests that follow."""
    a_restaurant()
    go_to(BEFORE)
    yield
    go_forward()


def queue_migrations() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations WHERE app = 'django_tasks_database'")
        count: int = cursor.fetchone()[0]
    return count


def make_queue() -> None:
    """As the version before had it, with a task."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TABLE} (id varchar(32) PRIMARY KEY, status varchar(10))")
        cursor.execute(f"INSERT INTO {TABLE} VALUES ('1', 'READY')")
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('django_tasks_database', '0001_initial', CURRENT_TIMESTAMP)"
        )


@pytest.mark.parametrize("has_queue", [True, False])
def test_the_queue_goes(before: None, has_queue: bool) -> None:
    if has_queue:
        make_queue()
    go_forward()
    assert TABLE not in connection.introspection.table_names()
    assert queue_migrations() == 0
