"""Book paid sessions that our payments lack: after a restore, or when no delivery and no return told us (M74)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

import structlog
from django.db import InterfaceError, OperationalError

from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.events.apply_event import apply_payment
from duitpos.domain.payments.references import further_of_page
from duitpos.domain.payments.refunds.refunds_seen import apply_refunds_seen, look_at_refunds
from duitpos.domain.payments.settlement.match_payment import names_us, payment_of_snapshot
from duitpos.domain.payments.settlement.record_unknown_payment import are_one
from duitpos.kit.transact import transact
from duitpos.models import Payment, ProcessorAccount, Tenant
from duitpos.models.payment import PaymentStatus
from duitpos.processors.snapshots import PaymentSnapshot, SnapshotState

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Booked:
    """Paid sessions that our payments lacked: the references of those booked, and how many could not be."""

    references: list[str] = field(default_factory=list)
    failed: int = 0


def book_missing(
    tenant: Tenant, account: ProcessorAccount, snapshots: Iterable[PaymentSnapshot], actor: Actor
) -> Booked:
    """Book our paid sessions without a succeeded payment, each in its own transaction.

    Call it with no transaction open. However many call it at once, each session is booked once.
    """
    ours = [one for one in snapshots if one.state == SnapshotState.PAID and names_us(tenant, one.correlation)]
    known = Payment.objects.filter(tenant=tenant, reference__in=[one.reference for one in ours])
    settled = set(known.filter(status=PaymentStatus.SUCCEEDED).values_list("reference", flat=True))
    missing = [one for one in ours if one.reference not in settled]
    found = Booked()
    for snapshot in missing:
        try:
            _book(tenant, account, snapshot, actor)
            found.references.append(snapshot.reference)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # One session that cannot be booked must not stop the others.
            log.exception("missing_session_not_booked", tenant=tenant.slug, reference=snapshot.reference)
            found.failed += 1
    return found


def _book(tenant: Tenant, account: ProcessorAccount, snapshot: PaymentSnapshot, actor: Actor) -> None:
    payment = payment_of_snapshot(account, snapshot)
    if payment is not None and not are_one(payment.account, account):
        payment = None
    log.warning("paid_session_was_missing", tenant=tenant.slug, reference=snapshot.reference)
    transact(partial(apply_payment, tenant, account, payment, snapshot, actor))
    if payment is not None:
        return
    # It may already be refunded: then staff need not decide.
    adopted = payment_of_snapshot(account, snapshot)
    if adopted is None:
        return
    for one in [adopted, *(further_of_page(adopted) if snapshot.charges[1:] else [])]:
        look = look_at_refunds(one)
        transact(partial(apply_refunds_seen, look))
