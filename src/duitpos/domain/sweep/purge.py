"""Remove what is no longer needed: bodies of old events, unpaid orders, addresses, photos, calls, former secrets.

Concurrent purges are safe: every statement is guarded, and each removed thing is counted by one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from duitpos.domain.menus.photos.remove import remove_unused_photos
from duitpos.domain.orders.states import HELD
from duitpos.domain.payments.schedule import PURGE_UNPAID
from duitpos.domain.processor_accounts.former_secrets import end_former_secrets
from duitpos.domain.sweep.sweep import alone
from duitpos.domain.sweep.unfinished import remove_unfinished
from duitpos.domain.sweep.unpaid_orders import end_unpaid_order, never_paid, purge_unpaid_order
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Location, Order, OutboxEntry, Payment, ServiceCall, Tenant, WebhookEvent
from duitpos.models.outbox import OutboxKind
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus
from duitpos.models.webhook_event import EventState

BATCH = 500
"""Rows per statement, so that no other writer waits long."""
LISTED = 20 * BATCH
"""Ids per query that looks for rows: each such query reads a tenant's whole history."""
PURGE_CALLS = timedelta(days=90)
"""How long a guest's call for staff is kept: it has the phone's cookie, and nobody answers an old one."""
OF_A_GUEST = ("email", "name")
"""What a pinned checkout request may say about the payer."""


@dataclass(slots=True)
class Purged:
    """What was removed. `emails` counts payments; `errors` pieces of work that failed, and the log says why."""

    event_bodies: int = 0
    orders: int = 0
    emails: int = 0
    photos: int = 0
    calls: int = 0
    secrets: int = 0
    restaurants: int = 0
    errors: int = 0


def never() -> bool:
    """Nobody asks to stop."""
    return False


def purge(is_stopped: Callable[[], bool] = never) -> Purged:
    """Apply retention to every tenant; an error of one does not stop the others.

    `is_stopped` is asked between batches; what is left is removed the next time.
    """
    purged = Purged()
    if alone(partial(_purge_restaurants, purged, is_stopped)) is not None:
        purged.errors += 1
    for tenant_id in Tenant.objects.order_by("id").values_list("id", flat=True):
        for piece in (
            _purge_event_bodies,
            _purge_orders,
            _purge_emails,
            _purge_payers,
            _purge_photos,
            _purge_calls,
            _purge_secrets,
        ):
            if is_stopped():
                return purged
            if alone(partial(piece, tenant_id, purged, is_stopped)) is not None:
                purged.errors += 1
    return purged


def _in_batches(
    rows: QuerySet[Any], change: Callable[[list[UUID]], int], is_stopped: Callable[[], bool]
) -> int:
    """Call `change` with the rows' ids, batch by batch, until no row is left; returns the sum of its results.

    `change` must make the rows leave the query. Where it changes nothing, another purge is at the same rows.
    """
    total = 0
    while ids := list(rows.values_list("id", flat=True)[:LISTED]):
        changed = 0
        for start in range(0, len(ids), BATCH):
            if is_stopped():
                return total + changed
            batch = ids[start : start + BATCH]
            changed += transact(partial(change, batch))
        total += changed
        if not changed or len(ids) < LISTED:
            break
    return total


def _purge_event_bodies(tenant_id: UUID, purged: Purged, is_stopped: Callable[[], bool]) -> None:
    """Empty the bodies of events after DUITPOS_EVENT_DAYS.

    A failed event keeps its body until it is done. But bodies hold e-mail addresses: none is kept longer than those.
    The rows stay, so that the same event is still a duplicate.
    """
    at = now()
    of_guests = at - timedelta(days=settings.GUEST_EMAIL_DAYS)
    is_old = Q(received_at__lt=of_guests) | Q(
        received_at__lt=at - timedelta(days=settings.EVENT_DAYS), state=EventState.DONE
    )
    rows = WebhookEvent.objects.filter(is_old, tenant_id=tenant_id).exclude(body="")
    purged.event_bodies += _in_batches(rows, lambda ids: rows.filter(id__in=ids).update(body=""), is_stopped)


def _purge_orders(tenant_id: UUID, purged: Purged, is_stopped: Callable[[], bool]) -> None:
    """Delete orders that were canceled unpaid 30 days ago, and cancel held ones that no check would ever end.

    The sweep does both when a payment's next check comes (decision 0006). Here are those that no payment leads to.
    """
    before = now() - PURGE_UNPAID
    places = list(Location.objects.filter(tenant_id=tenant_id).values_list("id", flat=True))
    payments = Payment.objects.filter(tenant_id=tenant_id, order_id=OuterRef("id"))
    undecided = Q(status__in=(PaymentStatus.SUCCEEDED, *LIVE_ATTEMPT)) | Q(next_check_at__isnull=False)
    held = Order.objects.filter(
        ~Exists(payments.filter(undecided)),
        tenant_id=tenant_id,
        # With the locations there is an index that leads to the status.
        location_id__in=places,
        status=HELD,
        created_at__lt=before,
    )
    for order in held[:LISTED]:
        if is_stopped():
            return
        transact(lambda order=order: end_unpaid_order(order, now()))  # type: ignore[misc]
    canceled = (
        never_paid(tenant_id)
        .alias(over_at=Coalesce("ended_at", "created_at"))
        .filter(~Exists(payments.filter(ended_at__gte=before)), location_id__in=places, over_at__lt=before)
    )
    for order in canceled[:LISTED]:
        if is_stopped():
            return
        purged.orders += purge_unpaid_order(order)


def _with_old_guests(tenant_id: UUID) -> QuerySet[Payment]:
    """Payments that ended longer ago than DUITPOS_GUEST_EMAIL_DAYS, and whose receipt is no longer to be sent."""
    due = OutboxEntry.objects.filter(
        tenant_id=tenant_id, kind=OutboxKind.RECEIPT, subject_id=OuterRef("id"), due_at__isnull=False
    )
    return (
        Payment.objects.filter(~Exists(due), tenant_id=tenant_id)
        .exclude(status__in=LIVE_ATTEMPT)
        .alias(over_at=Coalesce("settled_at", "ended_at", "created_at"))
        .filter(over_at__lt=now() - timedelta(days=settings.GUEST_EMAIL_DAYS))
    )


def _purge_emails(tenant_id: UUID, purged: Purged, is_stopped: Callable[[], bool]) -> None:
    """Blank the addresses that receipts were sent to."""
    rows = _with_old_guests(tenant_id).exclude(guest_email="")

    def forget(ids: list[UUID]) -> int:
        # A mail server's refusal repeats the address.
        OutboxEntry.objects.filter(
            tenant_id=tenant_id, kind=OutboxKind.RECEIPT, subject_id__in=ids, due_at__isnull=True
        ).exclude(problem={}).update(problem={})
        return rows.filter(id__in=ids).update(guest_email="")

    purged.emails += _in_batches(rows, forget, is_stopped)


def _purge_payers(tenant_id: UUID, purged: Purged, is_stopped: Callable[[], bool]) -> None:
    """Blank what the pinned requests say about the payer, for processors that ask for it."""
    rows = (
        _with_old_guests(tenant_id)
        .alias(**{key: Cast(KT(f"checkout_request__payer__{key}"), TextField()) for key in OF_A_GUEST})
        .filter(Q(email__gt="") | Q(name__gt=""))
    )

    def forget(ids: list[UUID]) -> int:
        payments = list(rows.filter(id__in=ids).only("id", "tenant_id", "checkout_request"))
        for payment in payments:
            payer = payment.checkout_request["payer"]
            blank = {key: "" for key in OF_A_GUEST if key in payer}
            payment.checkout_request = {**payment.checkout_request, "payer": {**payer, **blank}}
        return rows.bulk_update(payments, ["checkout_request"])

    purged.emails += _in_batches(rows, forget, is_stopped)


def _purge_photos(tenant_id: UUID, purged: Purged, is_stopped: Callable[[], bool]) -> None:
    """Remove photos that no item has."""
    purged.photos += remove_unused_photos(tenant_id, is_stopped)


def _purge_calls(tenant_id: UUID, purged: Purged, is_stopped: Callable[[], bool]) -> None:
    """Delete guests' calls after 90 days, also those that nobody acknowledged."""
    places = list(Location.objects.filter(tenant_id=tenant_id).values_list("id", flat=True))
    # With the locations there is an index that leads to the time.
    old = ServiceCall.objects.filter(
        tenant_id=tenant_id, location_id__in=places, created_at__lt=now() - PURGE_CALLS
    )
    purged.calls += _in_batches(old, lambda ids: old.filter(id__in=ids)._raw_delete("default"), is_stopped)


def _purge_secrets(tenant_id: UUID, purged: Purged, is_stopped: Callable[[], bool]) -> None:
    """Forget former webhook secrets that verify nothing any more."""
    purged.secrets += end_former_secrets(tenant_id)


def _purge_restaurants(purged: Purged, is_stopped: Callable[[], bool]) -> None:
    """Remove restaurants that signed themselves up and never took an order."""
    purged.restaurants += remove_unfinished(is_stopped)
