"""Limits on starting payments, per phone and per table. A full restaurant shares one IP address, so none is counted.

Phones that loaded the menu, or ordered here before, are counted apart from all others, so that an outsider with a
table's link cannot use up the limit of its guests (M55, M59; decision 0011).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import F, Q

from duitpos.domain.errors import Code, TooMany
from duitpos.domain.orders.states import CANCELED, HELD
from duitpos.kit.clock import now
from duitpos.models import Order, Payment, StartCounter, Table, Tenant
from duitpos.models.table import Phones

WINDOW = timedelta(minutes=10)
MOST_PER_PHONE = 20
"""Attempts to pay unpaid orders in WINDOW, at all tables, each a session at the processor. A guest who edits the cart
after every review stays below it."""
MOST_PER_TABLE = 100
"""Starts in WINDOW, per table, by known phones: enough for many at one long table, each with several orders."""
MOST_OF_UNKNOWN_PHONES = 20
"""Starts in WINDOW, per table, by unknown phones: without our cookie, or without having loaded the menu."""
KEPT = timedelta(days=1)


def is_known(tenant: Tenant, guest_token: str, has_looked: bool) -> bool:
    """Whether this phone has loaded the menu (its cookie says so) or has ordered here before.

    An unknown phone's order counts only once it is paid: starting one proves nothing.
    """
    orders = Order.objects.filter(tenant=tenant, guest_token=guest_token)
    return has_looked or orders.filter(Q(is_unknown_phone=False) | Q(released_by__isnull=False)).exists()


def refuse_busy_phone(tenant: Tenant, guest_token: str) -> None:
    """Raise TooMany if this phone made too many unpaid attempts, at any table: first ones and repeated ones."""
    recent = Payment.objects.filter(
        tenant=tenant,
        created_at__gte=now() - WINDOW,
        order__tenant=tenant,
        order__guest_token=guest_token,
        order__status__in=(HELD, CANCELED),
        order__released_by__isnull=True,
    )
    if recent.count() >= MOST_PER_PHONE:
        raise TooMany(Code.PHONE_STARTED_TOO_MANY)


def count_start(table: Table, *, known: bool) -> None:
    """Count one start, in the caller's transaction. Raises TooMany at the table's limit for such phones.

    One guarded update of one row: of any number of concurrent requests, exactly the limit succeed.
    """
    phones, most = (Phones.KNOWN, MOST_PER_TABLE) if known else (Phones.UNKNOWN, MOST_OF_UNKNOWN_PHONES)
    counter = {
        "tenant_id": table.tenant_id,
        "table_id": table.id,
        "phones": phones,
        "begins_at": _window_start(now()),
    }
    StartCounter.objects.bulk_create([StartCounter(**counter)], ignore_conflicts=True)
    if StartCounter.objects.filter(**counter, count__lt=most).update(count=F("count") + 1):
        return
    if known:
        raise TooMany(Code.TABLE_STARTED_TOO_MANY)
    raise TooMany(Code.UNKNOWN_PHONES_STARTED_TOO_MANY)


def forget_counters() -> None:
    """Delete counters older than KEPT, tenant by tenant."""
    for tenant_id in Tenant.objects.values_list("id", flat=True):
        rows = StartCounter.objects.filter(tenant_id=tenant_id, begins_at__lt=now() - KEPT)
        rows._raw_delete("default")


def _window_start(at: datetime) -> datetime:
    """Return the start of the window that contains `at`."""
    seconds = int(WINDOW.total_seconds())
    return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, UTC)
