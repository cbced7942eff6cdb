"""Confirm a paid order in the common case, with few statements (docs/money-path.md: M37 to M39, M42 to M44).

The general path is load_context, apply_event and settle. This module writes the same rows in the case that nearly every
event is: the account's own event about a live attempt, with the amount, mode and page that we asked for, of a held
order at an open location, soon after the guest paid, with nothing sold out. For any other case it changes nothing, and
the general path decides. tests/money_path/test_m37_m44_confirm.py compares the two paths row by row.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DataError, IntegrityError, connection

from duitpos.domain.payments.events.apply_event import record_event_time
from duitpos.domain.payments.events.confirm_sql import PAID, RECEIPT, one_statement, steps
from duitpos.domain.payments.events.load_context import VerifiedEvent, is_believed
from duitpos.domain.payments.processors.connect import forget_accounts
from duitpos.domain.payments.settlement.further_charges import of_first_charge
from duitpos.domain.payments.settlement.ledger import due_after_payment
from duitpos.domain.payments.settlement.match_payment import as_uuid, names_us
from duitpos.domain.payments.settlement.release_order import is_too_late_to_cook
from duitpos.domain.tenancy.find import recent_locations
from duitpos.domain.tenancy.hours import takes_orders
from duitpos.kit.clock import business_date, now
from duitpos.kit.ids import uuid7
from duitpos.kit.transact import transact
from duitpos.models import Tenant
from duitpos.processors.events import EventKind
from duitpos.processors.snapshots import PaymentSnapshot, SnapshotState

Parameters = dict[str, str | int | None]
NONE = "[]"
"""An empty list, as a parameter."""
_DIVISION_BY_ZERO = "22012"
"""The SQLSTATE of a statement that would have written a part only."""


class _Partly(Exception):
    """Another transaction changed one of the rows in between: all is undone, and the general path decides."""


def confirm(verified: VerifiedEvent) -> bool:
    """Settle the payment, place the order and store the event, in one transaction. False: nothing was changed."""
    snapshot = _paid_snapshot(verified)
    # On a sharded database not before its plan is known to use one shard.
    if snapshot is None or settings.SHARDED:
        return False
    parameters = _parameters(verified, snapshot, now())
    if parameters is None:
        return False
    is_one = _writes_in_with()
    run = _run_as_one if is_one else _run_in_steps
    try:
        is_confirmed = transact(lambda: run(parameters), is_one_statement=is_one)
    except (_Partly, IntegrityError):
        return False
    if is_confirmed and record_event_time(verified):
        forget_accounts(verified.tenant, verified.account.processor)
    return is_confirmed


def _writes_in_with() -> bool:
    return bool(getattr(connection.features, "writes_in_with", False))


def _run_as_one(parameters: Parameters) -> bool:
    with connection.cursor() as cursor:
        try:
            cursor.execute(one_statement(), parameters)
        except DataError as error:
            if getattr(error.__cause__, "sqlstate", None) == _DIVISION_BY_ZERO:
                raise _Partly from error
            raise
        return bool(cursor.fetchone()[0])


def _run_in_steps(parameters: Parameters) -> bool:
    sql, known = steps(), dict(parameters)
    with connection.cursor() as cursor:

        def rows(step: str) -> list[tuple[Any, ...]]:
            cursor.execute(sql[step], known)
            return list(cursor.fetchall())

        paid = rows("paid")
        if not paid:
            return False
        known |= zip(PAID, paid[0], strict=True)
        known["number"] = rows("numbered")[0][0]
        known |= zip(RECEIPT, rows("receipt")[0], strict=True)
        placed = rows("placed")
        rows("order_events")
        rows("ledger_entries")
        if parameters["entries"] != NONE:
            rows("outbox_entries")
        if parameters["references"] != NONE:
            rows("payment_references")
        stored = rows("stored")
    if not (placed and stored):
        raise _Partly
    return True


def _paid_snapshot(verified: VerifiedEvent) -> PaymentSnapshot | None:
    """Return what the event says of a paid attempt of ours, if it can be applied as it is."""
    event, account = verified.event, verified.account
    snapshot = event.payment
    if event.kind != EventKind.PAYMENT or snapshot is None or snapshot.state != SnapshotState.PAID:
        return None
    if not is_believed(account, event, None) or not names_us(verified.tenant, event.correlation):
        return None
    is_plain = not (snapshot.declines or event.decline or event.is_thin or _needs_more_rows(snapshot))
    # Without a mode, the account learns it from the event.
    is_plain = is_plain and bool(account.mode) and snapshot.correlation == event.correlation
    return of_first_charge(snapshot) if is_plain else None


def _needs_more_rows(snapshot: PaymentSnapshot) -> bool:
    """Whether its charges need rows that the statement does not write: further payments, or a fee."""
    return len(snapshot.charges) > 1 or any(charge.fee for charge in snapshot.charges)


def _parameters(verified: VerifiedEvent, snapshot: PaymentSnapshot, at: datetime) -> Parameters | None:
    """Return the parameters of the statement; None if the event lacks one, or no location would place its order."""
    event, amount = verified.event, snapshot.amount
    payment = as_uuid(snapshot.correlation.payment) if snapshot.correlation else None
    places = _places(verified.tenant, snapshot, at)
    if payment is None or amount is None or not snapshot.reference or not places:
        return None
    values: dict[str, object] = {
        "tenant": verified.tenant.id,
        "account": verified.account.id,
        "payment": payment,
        "reference": snapshot.reference,
        "amount": amount.minor,
        "currency": amount.currency,
        "is_test": None if snapshot.is_live is None else not snapshot.is_live,
        "at": at,
        "actor": verified.actor.kind,
        "paid_at": snapshot.paid_at,
        "method": dict(snapshot.method),
        "guest_email": snapshot.guest_email,
        "refund_scope": snapshot.refundable.value,
        "places": places,
        "entries": [
            {"id": uuid7(), "kind": kind} for kind in due_after_payment(snapshot.guest_email, snapshot.method)
        ],
        "references": [
            {"id": uuid7(), "kind": one.kind, "value": one.value} for one in snapshot.references.others
        ],
        "day_id": uuid7(),
        "receipt_series_id": uuid7(),
        "order_event_id": uuid7(),
        "ledger_id": uuid7(),
        "event_id": uuid7(),
        "dedupe_key": event.dedupe_key,
        "type": event.type[:80],
        "body": event.body,
    }
    convert = _for_sqlite if connection.vendor == "sqlite" else _as_text
    return {name: convert(value) for name, value in values.items()}


def _places(tenant: Tenant, snapshot: PaymentSnapshot, at: datetime) -> list[dict[str, object]]:
    """Return the locations that would cook an order paid then, with what decided it and the trading day."""
    acted_at = min((when for when in (snapshot.acted_at, snapshot.paid_at) if when), default=None)
    if acted_at is None:
        return []
    return [
        {
            "id": place.id,
            "day": business_date(at, place.time_zone, place.day_closes_at),
            "time_zone": place.time_zone,
            "day_closes_at": place.day_closes_at,
            "hours_version": place.hours_version,
            "latest_to_cook": place.latest_to_cook,
        }
        for place in recent_locations(tenant)
        if takes_orders(tenant, place, at) and not is_too_late_to_cook(place, acted_at, at)
    ]


def _as_text(value: object) -> str | None:
    """Return a value as PostgreSQL takes it, which casts texts."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (UUID, int, date, time)):
        return str(value)
    return json.dumps(value, default=str)


def _for_sqlite(value: object) -> str | int | None:
    """Return a value as SQLite takes it, which keeps what it is given, in the form of Django's columns."""
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return str(connection.ops.adapt_datetimefield_value(value))
    return json.dumps(value, default=_in_json_for_sqlite)


def _in_json_for_sqlite(value: object) -> object:
    return value.hex if isinstance(value, UUID) else str(value)
