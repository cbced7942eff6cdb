"""Learn from the first object whether an account is a test or a live one, where its credentials do not say it (M82)."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from duitpos.domain.orders.states import HELD
from duitpos.domain.payments.settlement.went_live import after_going_live
from duitpos.kit.clock import now
from duitpos.models import Order, Payment, ProcessorAccount
from duitpos.models.payment import PaymentStatus
from duitpos.models.payment_setup import Mode


def learn_mode(account: ProcessorAccount, is_live: bool | None) -> None:
    """Set the account's mode if it is unknown, in the caller's transaction. No statement when it is known.

    A live account is in use from then on: its other unsettled attempts follow, and test orders are handled as after any
    other way of going live.
    """
    if account.mode or is_live is None:
        return
    mode = Mode.LIVE if is_live else Mode.TEST
    # If another row has this identity already, this one stays unknown: money must not fail on it.
    same = ProcessorAccount.objects.filter(
        tenant_id=account.tenant_id,
        payment_type_id=account.payment_type_id,
        processor=account.processor,
        external_id=OuterRef("external_id"),
        mode=mode,
    ).exclude(external_id="")
    rows = ProcessorAccount.objects.filter(~Exists(same), tenant_id=account.tenant_id, id=account.id, mode="")
    if rows.update(mode=mode) and is_live:
        _other_attempts_follow(account)
        after_going_live(account.tenant_id, now())


def _other_attempts_follow(account: ProcessorAccount) -> None:
    """Mark the unsettled attempts that began while the mode was unknown, and their held orders, as live.

    As test attempts they would be ended at once, though their guests pay real money.
    """
    unsettled = Payment.objects.filter(tenant_id=account.tenant_id, account_id=account.id, is_test=True)
    unsettled = unsettled.exclude(status=PaymentStatus.SUCCEEDED)
    orders = list(unsettled.values_list("order_id", flat=True))
    unsettled.update(is_test=False)
    Order.objects.filter(tenant_id=account.tenant_id, id__in=orders, status=HELD).update(is_test=False)


def learn_mode_of(payment: Payment, account: ProcessorAccount, is_live: bool | None) -> None:
    """Learn the mode from the payment's object; payment and order follow, unless they are settled.

    An object of a known mode corrects a payment that was inserted before that mode was learned, at the same moment. An
    object of another mode than its account's changes nothing: that is a mismatch. `account` is not changed: the
    transaction may run twice.
    """
    if is_live is None or account.id != payment.account_id:
        return
    is_test = not is_live
    if account.mode and (account.is_live != is_live or payment.is_test == is_test):
        return
    # The account last, because every path locks payment and order before it.
    unsettled = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id)
    if unsettled.exclude(status=PaymentStatus.SUCCEEDED).update(is_test=is_test):
        payment.is_test = is_test
    order = payment.order
    if order is not None:
        held = Order.objects.filter(tenant_id=payment.tenant_id, id=order.id, status=HELD)
        if held.update(is_test=is_test):
            order.is_test = is_test
    learn_mode(account, is_live)
