"""How long do the payment issues and "A guest says they paid" take at a restaurant with ten thousand payments?

Run `python -m bench.payment_issues [PAYMENTS]`: it starts a PostgreSQL of its own, makes a restaurant with that many
payments of 200 days among others, and prints milliseconds of each page's queries and sentences.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.databases import database
from bench.plan import say
from bench.server import enter_production, prepare

AIM_MS = 300.0
"""The aim for 95 of 100 pages."""
DAYS, ROUNDS, OTHERS = 200, 40, 20
QUESTIONS = {
    "amount": "RM 31.85",
    "amount and card": "RM 31.85, 4242",
    "card": "1881",
    "e-mail": "guest-77@example.com",
    "table": "Table 7",
    "number": "T12",
    "looks like a receipt": "A-7",
    "dish": "Roti canai",
    "nothing fits": "RM 1.11, 9999",
    "id": "cs_test_bench_77",
}


def measure(payments: int) -> dict[str, Any]:
    """All figures. Call it once per process, since it loads Django."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="duitpos-bench-")))
        enter_production(stack.enter_context(database("postgres", folder)), folder)
        prepare()
        from tests.support.books import some_books

        books = some_books()
        _fill(books, payments)
        for number in range(OTHERS):
            _fill(some_books(f"other-{number}"), payments // 10)
        _analyze()
        found = {name: _figures(work) for name, work in _pages(books.restaurant.tenant)}
        return {"payments": payments, "aim_ms": AIM_MS, "pages": found}


def _fill(books: Any, count: int) -> None:
    """Payments of 200 days with their orders: some are refunded, were declined before, or stay unpaid."""
    from duitpos.kit.clock import now
    from duitpos.models import Order, Payment, PaymentDecline, Refund

    tenant, site, chance, at = books.restaurant.tenant, books.restaurant.location, random.Random(1), now()
    table = books.table(site)
    orders, payments, declines, refunds = [], [], [], []
    for number in range(count):
        when = at - timedelta(days=DAYS) * number / count
        total, is_paid = chance.randrange(500, 9000, 5), number % 30 != 0
        order = Order(
            tenant=tenant,
            location=site,
            table=table,
            guest_token=f"guest-{number}",
            checkout_key=f"key-{tenant.slug}-{number}",
            token=f"token-{tenant.slug}-{number}",
            contents="digest",
            currency="MYR",
            subtotal_minor=total,
            total_minor=total,
            status="served" if is_paid else "canceled",
            number=number % 200 + 1 if is_paid else None,
            business_date=when.date(),
            created_at=when,
            placed_at=when if is_paid else None,
        )
        payment = Payment(
            tenant=tenant,
            order=order,
            account=books.account,
            payment_type_id=books.account.payment_type_id,
            location=site,
            status="succeeded" if is_paid else "canceled",
            amount_minor=total,
            moved_minor=total if is_paid else None,
            moved_currency="MYR" if is_paid else "",
            currency="MYR",
            created_at=when,
            settled_at=when,
            settled_via="webhook",
            paid_at=when,
            reference=f"cs_test_bench_{number}",
            method={"kind": "card", "brand": "visa", "last4": f"{chance.randrange(10000):04d}"},
            guest_email=f"guest-{number}@example.com",
        )
        orders.append(order)
        payments.append(payment)
        if number % 15 == 0:
            declines.append(
                PaymentDecline(
                    tenant=tenant, payment=payment, reference=f"ch_{number}", at=when, code="card_declined"
                )
            )
        if number % 20 == 1 and is_paid:
            refunds.append(
                Refund(
                    tenant=tenant,
                    payment=payment,
                    source="staff",
                    status="succeeded",
                    amount_minor=total,
                    currency="MYR",
                    created_at=when,
                    reference=f"re_{number}",
                )
            )
    Order.objects.bulk_create(orders, batch_size=500)
    Payment.objects.bulk_create(payments, batch_size=500)
    PaymentDecline.objects.bulk_create(declines, batch_size=500)
    Refund.objects.bulk_create(refunds, batch_size=500)
    for order, payment in zip(orders, payments, strict=True):
        order.released_by_id = payment.id if payment.status == "succeeded" else None
    Order.objects.filter(tenant=tenant).bulk_update(orders, ["released_by_id"], batch_size=500)
    say(f"{tenant.slug}: {count} payments")


def _analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _pages(tenant: Any) -> Iterator[tuple[str, Callable[[], object]]]:
    from duitpos.dashboard.texts.payment_issues import shown_checks
    from duitpos.domain.payment_issues.checks import run_checks
    from duitpos.domain.payment_issues.find import Question, find_money
    from duitpos.domain.tenancy.find import locations
    from duitpos.kit.clock import now

    sites = locations(tenant)
    yield "payment issues", lambda: shown_checks(run_checks(tenant))
    for name, text in QUESTIONS.items():
        yield f"find: {name}", lambda text=text: find_money(tenant, sites, Question(text))  # type: ignore[misc]
    around = now() - timedelta(days=3)
    yield "find: a time", lambda: find_money(tenant, sites, Question("", around))
    yield (
        "find: amount near a time 150 days ago",
        lambda: find_money(tenant, sites, Question("RM 31.85", now() - timedelta(days=150))),
    )


def _figures(work: Callable[[], object]) -> dict[str, float]:
    spent = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        spent.append((time.perf_counter() - begun) * 1000)
    spent.sort()
    return {"median_ms": round(spent[ROUNDS // 2], 1), "p95_ms": round(spent[int(ROUNDS * 0.95)], 1)}


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000), indent=1))
