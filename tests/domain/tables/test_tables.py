"""Tables and their tokens."""

from __future__ import annotations

from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from duitpos.domain.errors import Conflict, Forbidden, Gone, Invalid
from duitpos.domain.tables.create import create_table, create_tables
from duitpos.domain.tables.edit import archive_table, edit_table, facts_of
from duitpos.domain.tables.find import table_by_token, tables_of
from duitpos.domain.tables.rotate import rotate_all, rotate_token
from duitpos.models import Table
from tests.support.restaurant import a_location, a_member, a_restaurant, a_table

pytestmark = pytest.mark.django_db


def test_a_token_finds_the_table_and_its_location(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    kopi = a_restaurant()
    table = a_table(kopi.location)
    with django_assert_num_queries(1):
        found = table_by_token(kopi.tenant, table.token)
        assert (found, found.location) == (table, kopi.location)


@pytest.mark.parametrize("token", ["", "nobody", "x" * 33, "x" * 5000, "a\x00b", "💥"])
def test_an_unknown_token(token: str) -> None:
    kopi = a_restaurant()
    a_table(kopi.location)
    with pytest.raises(Gone, match="table_code_unknown"):
        table_by_token(kopi.tenant, token)


def test_a_token_of_another_restaurant_or_a_removed_table() -> None:
    kopi, teh = a_restaurant("kopi"), a_restaurant("teh")
    table = a_table(kopi.location)
    with pytest.raises(Gone):
        table_by_token(teh.tenant, table.token)
    Table.objects.filter(tenant=kopi.tenant).update(is_active=False)
    with pytest.raises(Gone):
        table_by_token(kopi.tenant, table.token)
    assert tables_of(kopi.tenant) == []


def test_a_rotated_token_stops_working_at_once() -> None:
    kopi = a_restaurant()
    table = a_table(kopi.location)
    rotated = rotate_token(kopi.owner, table.id)
    assert rotated.token != table.token
    assert rotated.token_rotated_at is not None
    assert table_by_token(kopi.tenant, rotated.token) == table
    with pytest.raises(Gone):
        table_by_token(kopi.tenant, table.token)


def test_new_tables_come_after_the_others(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    kopi = a_restaurant()
    penang = a_location(kopi.tenant, "penang", position=1)
    there = create_table(kopi.owner, penang, "1")
    names = ["1", "2", "10", "Bar"]
    for name in names:
        create_table(kopi.owner, kopi.location, f"  {name} ", " By the\twindow ")
    with django_assert_num_queries(1):
        tables = tables_of(kopi.tenant)
        assert [(table.location.slug, table.name) for table in tables] == [
            *(("bangsar", name) for name in names),
            ("penang", "1"),
        ]
    assert tables[0].area == "By the window"
    assert len({table.token for table in tables}) == 5
    assert tables[-1] == there


@pytest.mark.parametrize("name, area", [("", ""), ("   ", ""), ("x" * 41, ""), ("1", "x" * 61)])
def test_a_table_needs_a_name(name: str, area: str) -> None:
    kopi = a_restaurant()
    with pytest.raises(Invalid):
        create_table(kopi.owner, kopi.location, name, area)


def test_a_name_is_unique_in_a_location() -> None:
    kopi = a_restaurant()
    a_table(kopi.location, "1")
    with pytest.raises(Conflict, match="table_name_taken"):
        create_table(kopi.owner, kopi.location, "1 ")
    assert create_table(kopi.owner, a_location(kopi.tenant, "penang"), "1").name == "1"


def test_another_restaurants_tables_are_not_found() -> None:
    kopi, teh = a_restaurant("kopi"), a_restaurant("teh")
    table = a_table(kopi.location)
    with pytest.raises(Gone):
        create_table(teh.owner, kopi.location, "2")
    for table_id in (table.id, uuid4()):
        with pytest.raises(Gone):
            rotate_token(teh.owner, table_id)
        with pytest.raises(Gone):
            archive_table(teh.owner, table_id)
        with pytest.raises(Gone):
            edit_table(teh.owner, table_id, seen=facts_of(table), location=teh.location, name="2", area="")
    with pytest.raises(Gone):
        rotate_all(teh.owner, kopi.location)
    mine = a_table(teh.location)
    with pytest.raises(Gone):
        edit_table(teh.owner, mine.id, seen=facts_of(mine), location=kopi.location, name="2", area="")
    archive_table(teh.owner, mine.id)
    assert table_by_token(kopi.tenant, table.token) == table
    assert tables_of(teh.tenant) == []


@pytest.mark.parametrize("role", ["cashier", "kitchen"])
def test_only_owner_and_manager_set_up_tables(role: str) -> None:
    kopi = a_restaurant()
    table = a_table(kopi.location)
    member = a_member(kopi.tenant, role)
    with pytest.raises(Forbidden):
        create_table(member, kopi.location, "2")
    with pytest.raises(Forbidden):
        rotate_token(member, table.id)
    with pytest.raises(Forbidden):
        rotate_all(member, kopi.location)
    with pytest.raises(Forbidden):
        archive_table(member, table.id)
    with pytest.raises(Forbidden):
        edit_table(member, table.id, seen=facts_of(table), location=kopi.location, name="2", area="")
    assert len(tables_of(kopi.tenant)) == 1
    assert create_table(a_member(kopi.tenant, "manager"), kopi.location, "2").name == "2"


def test_a_table_cannot_take_the_name_of_another_even_an_archived_one() -> None:
    kopi = a_restaurant()
    one, two = a_table(kopi.location, "1"), a_table(kopi.location, "2")
    archive_table(kopi.owner, two.id)
    with pytest.raises(Conflict, match="table_name_taken"):
        edit_table(kopi.owner, one.id, seen=facts_of(one), location=kopi.location, name="2", area="")
    assert [table.name for table in tables_of(kopi.tenant)] == ["1"]


def test_either_all_names_are_added_or_none() -> None:
    kopi = a_restaurant()
    a_table(kopi.location, "3")
    with pytest.raises(Conflict):
        create_tables(kopi.owner, kopi.location, ["1", "2", "3"])
    assert [table.name for table in tables_of(kopi.tenant)] == ["3"]
    with pytest.raises(Invalid):
        create_tables(kopi.owner, kopi.location, [])


def test_an_archived_table_is_archived_once() -> None:
    kopi = a_restaurant()
    table = a_table(kopi.location)
    archive_table(kopi.owner, table.id)
    with pytest.raises(Gone):
        archive_table(kopi.owner, table.id)
    with pytest.raises(Gone):
        edit_table(kopi.owner, table.id, seen=facts_of(table), location=kopi.location, name="2", area="")
