"""The exceptions from tenant isolation, by name: reads across tenants, and tables without a tenant."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

import duitpos
from duitpos.kit.tenancy import TenantModel
from duitpos.kit.tenancy.checks import SHARED_TABLES

SOURCE = Path(duitpos.__file__).parent

ACROSS = {
    ("domain/people/staff.py", "restaurants_of"),  # a user's restaurants after signing in
    (
        "domain/sweep/unfinished.py",
        "_remove",
    ),  # whether the people of a restaurant that is removed work anywhere else
    (
        "domain/people/members.py",
        "_end_sessions",
    ),  # whether somebody whose access ended works anywhere else: else their sessions end
    ("domain/sweep/sweep.py", "accounts_with_due_work"),  # the accounts that the worker must handle
    ("domain/payments/outbox/due.py", "_of_all"),  # the outbox entries that the worker must run (M58)
    (
        "domain/processor_accounts/credentials.py",
        "used_key_ids",
    ),  # the start-up check that every secret can be decrypted (M32), and which key can be dropped
    (
        "domain/processor_accounts/review.py",
        "_is_used_elsewhere",
    ),  # whether another restaurant uses the same processor account: yes or no, once a day and account
    (
        "domain/staff_actions/alert_policies.py",
        "_of_all",
    ),  # the alerts whose rule the worker must carry out (M160)
    ("migrations/0015_references.py", "copy"),  # a column becomes another, in all rows at once
    ("migrations/0013_unknown_phones.py", "rename"),  # a stored value gets another name, in all rows at once
    ("migrations/0017_manual_kinds.py", "rewrite"),  # a stored value gets another name, in all rows at once
    ("migrations/0022_menu_editor.py", "rewrite"),  # a column becomes another, in all rows at once
    ("migrations/0024_business_day.py", "add_days_of_money"),  # rows for what every restaurant had booked
    (
        "migrations/0028_webhook_evidence.py",
        "keep_what_is_known",
    ),  # a column becomes two others, in all rows at once
    ("migrations/0037_locations.py", "rewrite"),  # two columns become one, in all rows at once
    ("migrations/0012_facts.py", "run"),  # stored sentences become facts, in all rows at once
}
"""Every use of across_tenants(), by file and function. A new one is a decision: give its reason here."""

SHARED = {"duitpos_tenant", "duitpos_user", "duitpos_installation"}
"""Our tables without a tenant: restaurants, users, and the installation."""

OF_OTHERS = {
    "django_migrations": "which migrations ran",
    "django_content_type": "names of models",
    "auth_permission": "names of permissions; roles here are ours",
    "auth_group": "empty: roles here are ours",
    "auth_group_permissions": "empty: roles here are ours",
    "django_session": "sign-ins, by user",
    "mfa_authenticator": "second factors of users",
    "usersessions_usersession": "sign-ins, by user, with their device",
    "account_emailaddress": "addresses of users",
    "account_emailconfirmation": "addresses of users",
}
"""Tables of libraries. None of them holds a restaurant's data."""


def uses_of_across_tenants() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if name.startswith("kit/tenancy/"):
            continue
        tree = ast.parse(path.read_text())
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                yield from ((name, function.name) for call in ast.walk(function) if _marks(call))


def _marks(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "across_tenants"


def mentions() -> int:
    """Mentions outside the kit. Each use is one import and one call; any other mention could bypass this list."""
    return sum(
        path.read_text().count("across_tenants")
        for path in SOURCE.rglob("*.py")
        if "kit/tenancy" not in path.as_posix()
    )


def test_every_read_across_tenants_is_known() -> None:
    assert sorted(uses_of_across_tenants()) == sorted(ACROSS)
    assert mentions() == 2 * len(ACROSS)


def test_only_the_kit_uses_the_guards_internals() -> None:
    """They would allow removing the guard from a connection. The database backend adds a wrapper outside the guard."""
    words = ("execute_wrappers", "_marked", "tenancy.guard")
    found = {
        (path.relative_to(SOURCE).as_posix(), word)
        for path in SOURCE.rglob("*.py")
        if "kit/tenancy" not in path.as_posix()
        for word in words
        if word in path.read_text()
    }
    assert found == {("kit/postgres/base.py", "execute_wrappers")}


@pytest.mark.django_db
def test_every_table_is_a_tenants_or_named_here() -> None:
    tenants = {model._meta.db_table for model in apps.get_models() if issubclass(model, TenantModel)}
    tables = set(connection.introspection.table_names())
    assert tables - tenants == SHARED | OF_OTHERS.keys()
    assert {f"duitpos_{name.lower()}" for name in SHARED_TABLES} == SHARED


@pytest.mark.django_db
@pytest.mark.parametrize("table", sorted(SHARED | OF_OTHERS.keys()))
def test_no_other_table_references_a_restaurant(table: str) -> None:
    """It has no foreign key to a tenant's table and no tenant_id column."""
    with connection.cursor() as cursor:
        columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
        keys = connection.introspection.get_relations(cursor, table)
    assert "tenant_id" not in columns
    shared = SHARED | OF_OTHERS.keys()
    assert [other for _, other in keys.values() if other not in shared] == []
