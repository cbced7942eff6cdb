"""SQL statements for the hot paths, compiled once per shape, while the ORM would compile them at every call.

The saving is measured (decision 0009, bench/results/README.md). The models remain the only definition: columns and
conversions come from their fields, and everything goes through Django's cursor, so that the tenant guard sees it. Only
for rows found by their keys; use a queryset for everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=models.Model)
Model = type[models.Model]


def insert(rows: Sequence[models.Model], on_conflict: str = "", returning: str = "") -> Any:
    """Insert rows of one model in one statement. `on_conflict` is the SQL after ON CONFLICT; empty: IntegrityError.

    `returning` names a column of the (single) row whose new value is returned: inserted, or updated by `on_conflict`.
    """
    model = type(rows[0])
    fields = model._meta.concrete_fields
    values = [
        field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(_insert_sql(model, len(rows), on_conflict, returning), values)
        found = cursor.fetchone() if returning else None
    for row in rows:
        row._state.adding = False
        row._state.db = DEFAULT_DB_ALIAS
    return found[0] if found else None


@lru_cache(maxsize=64)
def _insert_sql(model: Model, rows: int, on_conflict: str, returning: str) -> str:
    columns = [_quoted(str(field.column)) for field in model._meta.concrete_fields]
    places = f"({', '.join(['%s'] * len(columns))})"
    sql = f"INSERT INTO {_table(model)} ({', '.join(columns)}) VALUES {', '.join([places] * rows)}"  # noqa: S608 - names
    if on_conflict:
        sql += f" ON CONFLICT {on_conflict}"
    return f"{sql} RETURNING {_quoted(returning)}" if returning else sql


def update(model: Model, columns: Mapping[str, Any], **where: Any) -> int:
    """Set `columns` on the rows that match `where`; returns how many matched. A tuple in `where` means IN."""
    lengths = tuple(len(value) if isinstance(value, tuple) else 0 for value in where.values())
    values = [_field(model, name).get_db_prep_save(value, connection) for name, value in columns.items()]
    for name, value in where.items():
        wanted = value if isinstance(value, tuple) else (value,)
        values += [_field(model, name).get_db_prep_value(one, connection) for one in wanted]
    with connection.cursor() as cursor:
        cursor.execute(_update_sql(model, tuple(columns), tuple(where), lengths), values)
        return int(cursor.rowcount)


@lru_cache(maxsize=256)
def _update_sql(
    model: Model, columns: tuple[str, ...], where: tuple[str, ...], lengths: tuple[int, ...]
) -> str:
    table = _table(model)
    changes = ", ".join(f"{_quoted(_column(model, name))} = %s" for name in columns)
    tests = " AND ".join(
        f"{table}.{_quoted(_column(model, name))} {_test(length)}"
        for name, length in zip(where, lengths, strict=True)
    )
    return f"UPDATE {table} SET {changes} WHERE {tests}"  # noqa: S608 - names, no values


def _test(length: int) -> str:
    return f"IN ({', '.join(['%s'] * length)})" if length else "= %s"


def _field(model: Model, name: str) -> models.Field[Any, Any]:
    field = model._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise TypeError(f"{model.__name__}.{name} is no column.")
    return field


def _column(model: Model, name: str) -> str:
    return str(_field(model, name).column)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _table(model: Model) -> str:
    return _quoted(model._meta.db_table)


class Prepared(Generic[M]):
    """A queryset that is compiled once and then run with different values.

    `build` makes it from one value for each of `kinds` (UUID or str), which must be parameters of its statement
    unchanged: exact comparisons, no slices of values, no `None`.
    """

    def __init__(self, build: Callable[..., models.QuerySet[M]], *kinds: type[UUID] | type[str]) -> None:
        self._build, self._kinds = build, kinds
        self._compiled: _Compiled[M] | None = None

    def rows(self, *values: UUID | str) -> list[M]:
        """The rows for these values."""
        if self._compiled is None or self._compiled.vendor != connection.vendor:
            self._compiled = _Compiled(self._build, self._kinds)
        return self._compiled.rows(values)


class _Compiled(Generic[M]):
    def __init__(self, build: Callable[..., models.QuerySet[M]], kinds: Sequence[Any]) -> None:
        self.vendor = connection.vendor
        samples: list[Any] = [uuid4() if kind is UUID else uuid4().hex for kind in kinds]
        compiler = build(*samples).query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql, parameters = compiler.as_sql()
        names = {_prepared(sample): number for number, sample in enumerate(samples)}
        # A parameter is the index of a value, or a constant of the query.
        self._places = [(names.get(value), value) for value in parameters]
        if {number for number, _ in self._places if number is not None} != set(names.values()):
            raise ValueError(f"Not every value is found again in: {self._sql}")
        info, select = compiler.klass_info, compiler.select
        first, *_, last = info["select_fields"]
        self._model, self._own = info["model"], slice(first, last + 1)
        self._names = [column.target.attname for column, _, _ in select[self._own]]
        self._converters = compiler.get_converters([column for column, _, _ in select])
        self._convert = compiler.apply_converters
        # Later Django versions, whose type stubs we use, take a fourth argument here.
        self._related = get_related_populators(info, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]

    def rows(self, values: Sequence[UUID | str]) -> list[M]:
        wanted = [_prepared(value) for value in values]
        parameters = [value if number is None else wanted[number] for number, value in self._places]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, parameters)
            found = cursor.fetchall()
        return [self._made(row) for row in self._convert(found, self._converters)]

    def _made(self, row: Sequence[Any]) -> M:
        """The row's object, with its `select_related` objects."""
        made: M = self._model.from_db(DEFAULT_DB_ALIAS, self._names, row[self._own])
        for related in self._related:
            related.populate(row, made)
        return made


def _prepared(value: UUID | str) -> UUID | str:
    """The value as the database driver takes it."""
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value
