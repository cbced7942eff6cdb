"""The text of the statement that confirms an order (M43)."""

from __future__ import annotations

import re

import pytest
from django.apps import apps

from duitpos.domain.payments.events import confirm_sql

pytestmark = pytest.mark.pure


def test_every_insert_names_all_columns_of_its_model() -> None:
    found = re.findall(r'INSERT INTO "(\w+)"(?: AS \w+)?\s+\(([^)]*)\)', confirm_sql.one_statement())
    models = {model._meta.db_table: model for model in apps.get_models()}
    assert len(found) == 7
    for table, columns in found:
        assert set(re.findall(r'"(\w+)"', columns)) == {
            field.column for field in models[table]._meta.concrete_fields
        }


def test_m43_every_parameter_has_a_cast() -> None:
    """A parameter's size or absence must not make another statement of it."""
    assert not re.findall(r"%\(\w+\)s(?!::)", confirm_sql.one_statement())
