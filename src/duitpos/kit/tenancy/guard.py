"""Refuses a statement that uses tenants' rows without naming the tenant.

It wraps every new connection (web, worker, tests). So a forgotten tenant is an error today, instead of a query over
every shard later or one restaurant's rows on another's screen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db.backends.signals import connection_created

from duitpos.kit.tenancy.rows import TenantModel


class AcrossTenants(Exception):
    """A statement reads or writes tenants' rows without a constant tenant."""


_marked: ContextVar[str | None] = ContextVar("across_tenants", default=None)

# Statements of migrations and transaction control; none of them returns a tenant's rows.
_SCHEMA = re.compile(
    r"\s*(CREATE|ALTER|DROP|COMMENT|TRUNCATE|PRAGMA|EXPLAIN|SET|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT)\b",
    re.I,
)
# Migrations alter a SQLite table by creating a new one and copying every row.
_REMAKE = re.compile(r'INSERT INTO "new__(\w+)" \([^)]*\) SELECT .* FROM "\1"', re.S)
_SOURCE = re.compile(r'\b(?:FROM|JOIN|UPDATE)\s+"(\w+)"(?:\s+(?:AS\s+)?([A-Z]\d+)\b)?')
_INSERT = re.compile(r'\s*INSERT (?:OR IGNORE |OR REPLACE )?INTO "(\w+)"(?: AS \w+)?\s+\(([^)]*)\)(.*)', re.S)
_RETURNING = re.compile(r' RETURNING "\w+"\."\w+"(?:, "\w+"\."\w+")*\s*$')
_PARAMETER = r"%(?:\(\w+\))?s"
_PART = re.compile(r"\s*(?:WITH\s|,)\s*\w+\s*(?:\([\w\s,]*\)\s*)?AS\s*\(")


@contextmanager
def across_tenants(reason: str) -> Iterator[None]:
    """Allow reads across tenants inside. `reason` says why it is necessary; a test lists every use."""
    token = _marked.set(reason)
    try:
        yield
    finally:
        _marked.reset(token)


@lru_cache(maxsize=1)
def _tenant_tables() -> frozenset[str]:
    return frozenset(m._meta.db_table for m in apps.get_models() if issubclass(m, TenantModel))


@lru_cache(maxsize=4096)
def names_its_tenant(sql: str) -> bool:
    """Whether a statement names one tenant or uses no tenant's table. False for SQL that it cannot parse."""
    tables = _tenant_tables()
    mentioned = [word for word in re.findall(r"\w+", sql.lower()) if word in tables]
    if not mentioned or _SCHEMA.match(sql) or _REMAKE.fullmatch(sql):
        return True
    if re.match(r"\s*WITH\b", sql, re.I):
        parts = _parts_of_with(sql)
        return bool(parts) and all(names_its_tenant(part) for part in parts)
    insert = _INSERT.match(sql)
    if insert:
        if '"tenant_id"' not in insert[2]:
            return False
        # The SQL after VALUES, ON CONFLICT or RETURNING refers to the inserted row; a SELECT is checked separately.
        rest = _RETURNING.sub("", insert[3])
        return names_its_tenant(rest) if re.search(r"\bSELECT\b", rest, re.I) else True
    sources = [(table, alias or f'"{table}"') for table, alias in _SOURCE.findall(sql) if table in tables]
    quoted = set(re.findall(r'"(\w+)"', sql))
    if any(word not in quoted for word in mentioned) or set(mentioned) != {table for table, _ in sources}:
        return False  # unquoted or lower-case SQL, or tables joined by a comma: cannot be parsed, so refused
    columns = [re.escape(f'{name}."tenant_id"') for _, name in sources]
    every = all(re.search(rf"{column}\)? (?:=|IN) |= \(?{column}", sql) for column in columns)
    constant = any(re.search(rf"{column}\)? (?:=|IN) \(?{_PARAMETER}", sql) for column in columns)
    return every and constant


def _parts_of_with(sql: str) -> list[str]:
    """The statements inside WITH and the one after it; each must name its tenant. Empty if it cannot be parsed."""
    parts, at = [], 0
    while begins := _PART.match(sql, at):
        ends, depth = begins.end(), 1
        while depth and ends < len(sql):
            depth += {"(": 1, ")": -1}.get(sql[ends], 0)
            ends += 1
        parts.append(sql[begins.end() : ends - 1])
        at = ends
    return [*parts, sql[at:]] if parts and sql[at:].strip() else []


def _guard(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    if _marked.get() is None and not names_its_tenant(sql):
        raise AcrossTenants(sql)
    return execute(sql, params, many, context)


def _watch(connection: Any, **kwargs: Any) -> None:
    if _guard not in connection.execute_wrappers:
        connection.execute_wrappers.append(_guard)


def install() -> None:
    """Guard every connection that is opened from now on."""
    connection_created.connect(_watch, dispatch_uid="duitpos.tenancy.guard")
