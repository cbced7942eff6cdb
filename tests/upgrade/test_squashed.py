"""A new database is made by one migration; it is the one that all migrations of earlier versions make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pytest
from django.db import connection

from tests.upgrade.steps import go_forward, go_to

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
Schema = dict[str, list[tuple[str, ...]]]

# Made by Django from the names of the time; a renamed table kept those of its indexes and constraints.
_MADE_NAME = re.compile(r"\w+_[0-9a-f]{8}(?:_\w+)?|\w+_pkey|\w+_key|\w+_check|__unnamed_constraint_\d+__")
# How PostgreSQL writes a condition again that another test took out and put back.
_SPELLING = re.compile(r"::(?:text|character varying)(?:\[\])?|[()]| NOT VALID")

_POSTGRES = {
    "columns": """
        SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default
        FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
}
_SQLITE = {
    "columns": """
        SELECT tables.name, columns.name, columns.type, columns."notnull", columns.dflt_value, columns.pk
        FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'""",
    "foreign keys": """
        SELECT tables.name, keys."table", keys."from", keys."to"
        FROM sqlite_master AS tables, pragma_foreign_key_list(tables.name) AS keys WHERE tables.type = 'table'""",
    "indexes": "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
}


def schema() -> Schema:
    """All that the database says of its tables, without the order of columns."""
    found: Schema = {}
    with connection.cursor() as cursor:
        for part, sql in (_POSTGRES if connection.vendor == "postgresql" else _SQLITE).items():
            cursor.execute(sql)
            found[part] = _plain(cursor.fetchall())
        if connection.vendor == "sqlite":
            found["constraints"] = _plain(
                (table, name, about["columns"])
                for table in connection.introspection.table_names(cursor)
                for name, about in connection.introspection.get_constraints(cursor, table).items()
                if about["check"]
            )
    return found


def _plain(rows: Iterable[Sequence[object]]) -> list[tuple[str, ...]]:
    """Sorted, without the names that Django made and without casts and brackets."""
    return sorted(tuple(_SPELLING.sub("", _MADE_NAME.sub("…", str(value))) for value in row) for row in rows)


def test_both_ways_make_the_same_tables() -> None:
    squashed = schema()
    try:
        go_to(("duitpos", None))
        assert schema() != squashed, "nothing was undone"
    finally:
        go_forward()
    step_by_step = schema()
    for part, rows in squashed.items():
        assert step_by_step[part] == rows, part
