"""The SQL that confirms a paid order in the common case (docs/money-path.md: M37, M38, M43, M44, M46, M49).

Its parts are written once. A database that can write inside WITH runs them as one statement, whose plan it keeps.
SQLite runs them one after another in a transaction. The first part has all conditions: if they do not hold, it finds no
row, and no part changes anything.

Every parameter is text with a cast, so that a parameter's size or absence does not make another statement of it, and
every part names its tenant.
"""

from __future__ import annotations

import re
from functools import cache

CONDITIONS = {
    "the attempt is live": """
    "duitpos_payment"."status" IN ('created', 'pending')""",
    "the order waits": """
    "duitpos_order"."status" = 'held'""",
    "the account is the payment's": """
    "duitpos_payment"."account_id" = %(account)s::uuid""",
    "the page is the payment's": """
    "duitpos_payment"."reference" = %(reference)s::text""",
    "the amount is as asked": """
    "duitpos_payment"."amount_minor" = %(amount)s::bigint
    AND "duitpos_payment"."currency" = %(currency)s::text""",
    # Without a mode in the event, the payment's own counts.
    "the mode is as asked": """
    "duitpos_payment"."is_test" = COALESCE(%(is_test)s::boolean, "duitpos_payment"."is_test")""",
    # A fetch may have opened alerts, which are resolved now.
    "nobody asked before": """
    "duitpos_payment"."checks" = 0
    AND "duitpos_payment"."asked_at" IS NULL AND "duitpos_payment"."not_found_at" IS NULL""",
    # Then the guest acted earlier than the event says.
    "the bank was not waited for": """
    "duitpos_payment"."processing_since" IS NULL""",
    # Day, opening hours and lateness were computed from these columns, as they were up to some seconds ago.
    "the location is as it was read": """
    "duitpos_location"."paused_at" IS NULL AND "duitpos_location"."closed_at" IS NULL
    AND "duitpos_location"."time_zone" = place.time_zone
    AND "duitpos_location"."day_closes_at" = place.day_closes_at
    AND "duitpos_location"."hours_version" = place.hours_version
    AND "duitpos_location"."latest_to_cook" = place.latest_to_cook""",
    "the boards show its orders": """
    NOT ("duitpos_payment"."is_test" AND EXISTS (
      SELECT 1 FROM "duitpos_processoraccount" JOIN "duitpos_paymenttype"
        ON "duitpos_paymenttype"."tenant_id" = "duitpos_processoraccount"."tenant_id"
        AND "duitpos_paymenttype"."id" = "duitpos_processoraccount"."payment_type_id"
      WHERE "duitpos_processoraccount"."tenant_id" = %(tenant)s::uuid AND "duitpos_processoraccount"."mode" = 'live'
        AND "duitpos_processoraccount"."state" = 'active' AND "duitpos_paymenttype"."is_active"))""",
    "nothing ordered is scarce": """
    NOT EXISTS (
      SELECT 1 FROM "duitpos_itemstock" JOIN "duitpos_orderline"
        ON "duitpos_orderline"."tenant_id" = "duitpos_itemstock"."tenant_id"
        AND "duitpos_orderline"."item_id" = "duitpos_itemstock"."item_id"
      WHERE "duitpos_itemstock"."tenant_id" = %(tenant)s::uuid
        AND "duitpos_itemstock"."location_id" = "duitpos_location"."id"
        AND "duitpos_itemstock"."status" <> 'in_stock' AND "duitpos_orderline"."order_id" = "duitpos_order"."id")""",
    # One that was sold out before was not on offer. Which ones this order has, the general path reads.
    "no choice has sold out since": """
    NOT EXISTS (
      SELECT 1 FROM "duitpos_modifierstock"
      WHERE "duitpos_modifierstock"."tenant_id" = %(tenant)s::uuid
        AND "duitpos_modifierstock"."location_id" = "duitpos_location"."id"
        AND "duitpos_modifierstock"."changed_at" >= "duitpos_order"."created_at")""",
}
"""What makes a case the common one, as far as rows decide it; confirm.py has the rest. settle() handles all others."""

_ROWS = {
    "places": (
        "place",
        {
            "id": "uuid",
            "day": "date",
            "time_zone": "text",
            "day_closes_at": "time",
            "hours_version": "bigint",
            "latest_to_cook": "int",
        },
    ),
    "entries": ("entry", {"id": "uuid", "kind": "text"}),
    "references": ("reference", {"id": "uuid", "kind": "text", "value": "text"}),
}
"""Parameters that are JSON lists of objects: the name of one, and its columns."""

PAID = ("payment_id", "order_id", "location_id", "is_test", "business_date")
"""What the first part returns of the payment that it settled, in this order."""

RECEIPT = ("receipt_series", "receipt_number", "receipt_at")
"""What the part "receipt" returns."""

_PAY = """
UPDATE "duitpos_payment" SET "status" = 'succeeded', "moved_minor" = "duitpos_payment"."amount_minor",
  "moved_currency" = "duitpos_payment"."currency", "method" = %(method)s::jsonb, "guest_email" = %(guest_email)s::text,
  "settled_at" = %(at)s::timestamptz, "settled_via" = %(actor)s::text, "paid_at" = %(paid_at)s::timestamptz,
  "business_date" = place.day, "next_check_at" = NULL, "watched_until" = NULL, "failure" = '{}'::jsonb,
  "refund_scope" = %(refund_scope)s::text
FROM "duitpos_order" JOIN "duitpos_location"
    ON "duitpos_location"."tenant_id" = "duitpos_order"."tenant_id"
    AND "duitpos_location"."id" = "duitpos_order"."location_id"
  JOIN {places} ON place.id = "duitpos_location"."id"
WHERE "duitpos_payment"."tenant_id" = %(tenant)s::uuid AND "duitpos_payment"."id" = %(payment)s::uuid
  AND "duitpos_order"."tenant_id" = %(tenant)s::uuid AND "duitpos_order"."id" = "duitpos_payment"."order_id"
  AND "duitpos_payment"."location_id" = "duitpos_location"."id"
  AND {conditions}
RETURNING "duitpos_payment"."id" AS payment_id, "duitpos_payment"."order_id", "duitpos_payment"."location_id",
  "duitpos_payment"."is_test", "duitpos_payment"."business_date"
"""

# The lock order of all paths is payment, order, day, receipts (M36). SQLite has one writer and needs no row locks.
_WAITING = """
SELECT "duitpos_order"."id" FROM paid JOIN "duitpos_order" ON "duitpos_order"."id" = paid.order_id
WHERE "duitpos_order"."tenant_id" = %(tenant)s::uuid AND "duitpos_order"."status" = 'held'
FOR UPDATE OF "duitpos_order"
"""

_NUMBER = """
INSERT INTO "duitpos_businessday" AS day ("id", "tenant_id", "location_id", "business_date", "is_test", "last_number",
  "changes", "summed", "closed_at", "printed_changes")
SELECT %(day_id)s::uuid, %(tenant)s::uuid, paid.location_id, paid.business_date, paid.is_test, 1, 1, 0, NULL, 0
FROM paid{waiting} WHERE true
ON CONFLICT ("tenant_id", "location_id", "business_date", "is_test")
  DO UPDATE SET "last_number" = day."last_number" + 1, "changes" = day."changes" + 1
RETURNING "last_number" AS number
"""

_RECEIPT = """
INSERT INTO "duitpos_receiptseries" AS series
  ("id", "tenant_id", "location_id", "kind", "is_test", "name", "last", "last_at", "ended_at")
SELECT %(receipt_series_id)s::uuid, %(tenant)s::uuid, paid.location_id, 'sale', paid.is_test, 'A', 1,
  %(at)s::timestamptz, NULL FROM paid CROSS JOIN numbered WHERE true
ON CONFLICT ("tenant_id", "location_id", "kind", "is_test") WHERE "ended_at" IS NULL
  DO UPDATE SET "last" = series."last" + 1,
    "last_at" = CASE WHEN series."last_at" > excluded."last_at" THEN series."last_at" ELSE excluded."last_at" END
RETURNING "name" AS receipt_series, "last" AS receipt_number, "last_at" AS receipt_at
"""

_PLACE = """
UPDATE "duitpos_order" SET "status" = 'placed', "released_by_id" = paid.payment_id, "placed_at" = %(at)s::timestamptz,
  "business_date" = paid.business_date, "number" = numbered.number, "ended_at" = NULL, "cancel_reason" = '',
  "receipt_series" = receipt.receipt_series, "receipt_number" = receipt.receipt_number,
  "receipt_at" = receipt.receipt_at
FROM paid CROSS JOIN numbered CROSS JOIN receipt
WHERE "duitpos_order"."tenant_id" = %(tenant)s::uuid AND "duitpos_order"."id" = paid.order_id
  AND "duitpos_order"."status" = 'held'
RETURNING "duitpos_order"."id"
"""

_WRITES = {
    "order_events": """
INSERT INTO "duitpos_orderevent"
  ("id", "tenant_id", "order_id", "at", "actor", "member_id", "from_status", "to_status", "reason")
SELECT %(order_event_id)s::uuid, %(tenant)s::uuid, paid.order_id, %(at)s::timestamptz, %(actor)s::text, NULL,
  'held', 'placed', '' FROM paid
""",
    "ledger_entries": """
INSERT INTO "duitpos_ledgerentry" ("id", "tenant_id", "kind", "source_id", "payment_id", "location_id", "amount_minor",
  "currency", "is_test", "at", "business_date")
SELECT %(ledger_id)s::uuid, %(tenant)s::uuid, 'payment', paid.payment_id, paid.payment_id, paid.location_id,
  %(amount)s::bigint, %(currency)s::text, paid.is_test, %(at)s::timestamptz, paid.business_date FROM paid WHERE true
ON CONFLICT DO NOTHING
""",
    "outbox_entries": """
INSERT INTO "duitpos_outboxentry"
  ("id", "tenant_id", "kind", "subject_id", "order_id", "created_at", "due_at", "done_at", "tries", "outcome",
  "problem")
SELECT entry.id, %(tenant)s::uuid, entry.kind, paid.payment_id, paid.order_id, %(at)s::timestamptz,
  %(at)s::timestamptz, NULL, 0, '', '{}'::jsonb FROM paid CROSS JOIN {entries} WHERE true
ON CONFLICT DO NOTHING
""",
    "payment_references": """
INSERT INTO "duitpos_paymentreference" ("id", "tenant_id", "payment_id", "account_id", "kind", "value")
SELECT reference.id, %(tenant)s::uuid, paid.payment_id, %(account)s::uuid, reference.kind, reference.value
FROM paid CROSS JOIN {references} WHERE true
ON CONFLICT DO NOTHING
""",
}

# Last, as in the general path: a concurrent delivery of the same event makes this part insert nothing.
_EVENT = """
INSERT INTO "duitpos_webhookevent" ("id", "tenant_id", "account_id", "dedupe_key", "type", "state", "outcome",
  "payment_id", "body", "received_at", "tries", "error", "is_listed")
SELECT %(event_id)s::uuid, %(tenant)s::uuid, %(account)s::uuid, %(dedupe_key)s::text, %(type)s::text, 'done', 'settled',
  paid.payment_id, %(body)s::text, %(at)s::timestamptz, 1, '', %(actor)s::text = 'sweep' FROM paid WHERE true
ON CONFLICT ("tenant_id", "account_id", "dedupe_key") DO NOTHING
RETURNING "id"
"""


# By half is a division by zero, and an error undoes all parts.
_ALL_OR_NOTHING = """
SELECT paid.written / (paid.written = placed.written AND paid.written = stored.written)::int
FROM (SELECT count(*) AS written FROM paid) AS paid, (SELECT count(*) AS written FROM placed) AS placed,
  (SELECT count(*) AS written FROM stored) AS stored
"""


@cache
def one_statement() -> str:
    """All parts as one statement, for PostgreSQL. It returns 1 if it wrote all of them, 0 if none; else it fails."""
    numbered = _NUMBER.replace("{waiting}", " CROSS JOIN waiting")
    parts = {
        "paid": _pay(),
        "waiting": _WAITING,
        "numbered": numbered,
        "receipt": _RECEIPT,
        "placed": _PLACE,
        **_WRITES,
        "stored": _EVENT,
    }
    written = ",".join(f"{name} AS ({_for_postgres(sql)})" for name, sql in parts.items())
    return f"WITH {written} {_ALL_OR_NOTHING}"


@cache
def steps() -> dict[str, str]:
    """The parts one after another, for SQLite, by name. Later ones take what earlier ones returned."""
    values = ", ".join(f"%({name})s" for name in PAID)
    paid = f"paid({', '.join(PAID)}) AS (VALUES ({values}))"
    numbered = "numbered(number) AS (VALUES (%(number)s))"
    given = ", ".join(f"%({name})s" for name in RECEIPT)
    receipt = f"receipt({', '.join(RECEIPT)}) AS (VALUES ({given}))"
    parts = {
        "paid": _pay(),
        "numbered": f"WITH {paid} {_NUMBER.replace('{waiting}', '')}",
        "receipt": f"WITH {paid}, {numbered} {_RECEIPT}",
        "placed": f"WITH {paid}, {numbered}, {receipt} {_PLACE}",
        **{name: f"WITH {paid} {sql}" for name, sql in _WRITES.items()},
        "stored": f"WITH {paid} {_EVENT}",
    }
    return {name: _for_sqlite(sql) for name, sql in parts.items()}


def _pay() -> str:
    return _PAY.replace("{conditions}", "\n  AND ".join(CONDITIONS.values()))


def _for_postgres(sql: str) -> str:
    for parameter, (name, columns) in _ROWS.items():
        types = ", ".join(f"{column} {type_}" for column, type_ in columns.items())
        sql = sql.replace(
            f"{{{parameter}}}", f"jsonb_to_recordset(%({parameter})s::jsonb) AS {name}({types})"
        )
    return sql


def _for_sqlite(sql: str) -> str:
    for parameter, (name, columns) in _ROWS.items():
        values = ", ".join(f"json_extract(value, '$.{column}') AS {column}" for column in columns)
        sql = sql.replace(f"{{{parameter}}}", f"(SELECT {values} FROM json_each(%({parameter})s)) AS {name}")  # noqa: S608 - names
    # SQLite's columns convert by themselves.
    return re.sub(r"::\w+", "", sql)
