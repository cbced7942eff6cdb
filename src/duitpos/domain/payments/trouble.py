"""A processor refused us: an error never changes a payment, but somebody must know (M14)."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from duitpos.domain.attention.open import ask_about_payment, open_attention, reopen_attention
from duitpos.kit.clock import now
from duitpos.kit.money import Money
from duitpos.kit.texts import storable
from duitpos.kit.transact import transact
from duitpos.models import Payment, ProcessorAccount
from duitpos.models.attention import AttentionKind
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus
from duitpos.processors.base import Failure, ProcessorError

NOT_FOUND_AGAIN = timedelta(hours=6)
KEY_AGAIN = timedelta(minutes=3)
"""When the sweep tries a refused key again: it may have been refused in passing."""
NO_PERMISSION = "more_permissions_required"
"""A restricted key that lacks one right, and may be good for all else."""


def note_trouble(payment: Payment, error: ProcessorError) -> None:
    """Turn a refused key into a paused account and a missing session into an Attention; other errors pass by."""
    if error.failure == Failure.KEY_REFUSED:
        transact(lambda: pause_account(payment.account, error))
    elif error.failure == Failure.NOT_FOUND:
        transact(lambda: _not_there(payment, error))


def note_silence(payment: Payment, error: ProcessorError) -> None:
    """Asked, and not told: until the processor answers, nobody may say that nothing was charged (M5)."""
    rows = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id, status__in=LIVE_ATTEMPT)
    rows.update(last_problem=storable(error.message)[:300])


def pause_account(account: ProcessorAccount, error: ProcessorError) -> None:
    """One Attention with count and sum of what waits; from then on the sweep asks only whether the key is good."""
    at = now()
    # The refusal is about the key that was used; a better one may have been saved while the call was under way.
    rows = ProcessorAccount.objects.filter(
        tenant_id=account.tenant_id, id=account.id, paused_at__isnull=True, secrets=account.secrets
    )
    if not rows.update(paused_at=at, problem=error.message[:300], next_events_at=at + KEY_AGAIN):
        return
    waiting = Payment.objects.filter(
        tenant_id=account.tenant_id, account_id=account.id, status=PaymentStatus.PENDING
    ).aggregate(count=Count("id"), sum=Sum("amount_minor"))
    amount = Money(waiting["sum"] or 0, account.currency or "MYR")
    detail = error.message
    if waiting["count"]:
        detail = _("%(count)s payments wait for an answer. %(problem)s") % {
            "count": waiting["count"],
            "problem": error.message,
        }
    kind = AttentionKind.KEY_REFUSED
    reopen_attention(account.tenant_id, kind, account.id, at, amount=amount, detail=detail)
    open_attention(account.tenant_id, kind, account.id, at, account=account, amount=amount, detail=detail)


def _not_there(payment: Payment, error: ProcessorError) -> None:
    at = now()
    Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id, next_check_at__isnull=False).update(
        next_check_at=at + NOT_FOUND_AGAIN
    )
    ask_about_payment(payment, AttentionKind.NOT_AT_PROCESSOR, at, detail=error.message)
