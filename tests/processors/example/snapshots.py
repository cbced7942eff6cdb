"""Convert Kedai Pay's bills and refunds to our snapshots. Pure: JSON in, frozen values out, or `Incomplete`."""

from __future__ import annotations

from dataclasses import replace

from duitpos.kit.clean_text import cut, whole
from duitpos.kit.money import Money
from duitpos.processors.errors import Failure, OwnCode
from duitpos.processors.references import PAGE, Correlation, References
from duitpos.processors.snapshots import (
    Charge,
    Decline,
    PaymentSnapshot,
    RefundScope,
    RefundSnapshot,
    RefundState,
    SnapshotState,
)
from duitpos.processors.start import FormPost
from tests.processors.example.amounts import from_text
from tests.processors.example.errors import kedai_error
from tests.processors.example.reading import (
    ADDRESS,
    DETAIL,
    EMAIL,
    WORDS,
    Incomplete,
    Json,
    flag_of,
    list_of,
    object_of,
    text_of,
    time_of,
)

PAYMENT = "payment"
"""The kind of a bill's further reference: its first payment."""

_STATES = {
    "due": SnapshotState.OPEN,
    "held": SnapshotState.AUTHORIZED,
    "waiting_bank": SnapshotState.PROCESSING,
    "paid": SnapshotState.PAID,
    "failed": SnapshotState.FAILED,
}
_SCOPES = {"any": RefundScope.ANY, "full": RefundScope.FULL_ONLY, "none": RefundScope.NONE}
_REFUND_STATES = {
    "done": RefundState.SUCCEEDED,
    "queued": RefundState.PENDING,
    "failed": RefundState.FAILED,
}


def bill_snapshot(bill: Json) -> PaymentSnapshot:
    """Parse a bill: the payment that it was made for."""
    state, scope = _STATES.get(text_of(bill, "state")), _SCOPES.get(text_of(bill, "refundable"))
    if state is None or scope is None:
        raise Incomplete("state, refundable")
    tries = [object_of(one) for one in list_of(bill, "payments")]
    charges = tuple(_charge(one) for one in tries if _is_paid(one))
    refused = [one for one in tries if not _is_paid(one)]
    first = charges[0] if charges else None
    return PaymentSnapshot(
        references=References.named(text_of(bill, "bill"), **{PAYMENT: first.reference if first else ""}),
        state=state,
        # Somebody may have paid another amount than was asked for.
        amount=first.amount if first else from_text(bill, "amount"),
        is_live=not flag_of(bill, "test"),
        correlation=Correlation.from_short(bill.get("reference")),
        next_step=form_of(bill) if state == SnapshotState.OPEN else None,
        paid_at=first.paid_at if first else None,
        acted_at=first.paid_at if first else None,
        method=next((_method(one) for one in tries if _is_paid(one)), {}),
        guest_email=whole(bill.get("payer_email"), EMAIL),
        declines=tuple(_decline(one) for one in refused),
        failure=cut(refused[-1].get("message"), WORDS) if state == SnapshotState.FAILED and refused else "",
        charges=charges,
        refundable=scope,
    )


def charge_snapshot(bill: Json, reference: str) -> PaymentSnapshot:
    """Parse what was paid beyond the first payment of a bill. Raises NOT_FOUND when the bill has no such payment."""
    whole_bill = bill_snapshot(bill)
    paid = [object_of(one) for one in list_of(bill, "payments") if _is_paid(object_of(one))]
    for charge, one in zip(whole_bill.charges, paid, strict=True):
        if charge.reference == reference:
            return replace(
                whole_bill,
                references=References.named(reference, **{PAGE: whole_bill.reference}),
                amount=charge.amount,
                paid_at=charge.paid_at,
                acted_at=charge.paid_at,
                method=_method(one),
                declines=(),
                charges=(charge,),
            )
    raise kedai_error(Failure.NOT_FOUND, OwnCode.NO_REFERENCE)


def form_of(thing: Json) -> FormPost:
    """The form that takes a guest's browser to a bill's page."""
    fields = object_of(thing.get("fields"))
    return FormPost(
        text_of(thing, "post_to", ADDRESS), tuple((name, text_of(fields, name, ADDRESS)) for name in fields)
    )


def refund_snapshot(refund: Json) -> RefundSnapshot:
    """Parse a refund. It keeps no text of ours, so `our_refund` is empty."""
    state = _REFUND_STATES.get(text_of(refund, "state"))
    if state is None:
        raise Incomplete("state")
    return RefundSnapshot(
        reference=text_of(refund, "id"), state=state, amount=_money(refund, "amount"), our_refund=""
    )


def refunded(answer: Json) -> Money:
    """The sum of a payment's refunds that are done or on their way."""
    return _money(answer, "refunded_total")


def _is_paid(one: Json) -> bool:
    return text_of(one, "state") == "paid"


def _charge(one: Json) -> Charge:
    return Charge(
        reference=text_of(one, "id"),
        amount=_money(one, "amount"),
        paid_at=time_of(one, "at"),
        fee=from_text(one, "fee"),
    )


def _decline(one: Json) -> Decline:
    return Decline(
        reference=text_of(one, "id"),
        at=time_of(one, "at"),
        code=text_of(one, "state"),
        decline_code="",
        message=cut(one.get("message"), WORDS),
        method=_method(one),
    )


def _method(one: Json) -> dict[str, str]:
    named = {"kind": cut(one.get("method"), DETAIL), "bank": cut(one.get("bank"), DETAIL)}
    return {name: text for name, text in named.items() if text}


def _money(thing: Json, name: str) -> Money:
    money = from_text(thing, name)
    if money is None:
        raise Incomplete(name)
    return money
