"""What happens to a bill: a guest pays it, a bank decides, money goes back. Each tells who listens.

Call them with the state's lock held. They raise Refusal where the bill is in no state for it.
"""

from __future__ import annotations

from .bills import Bill, BillPayment, BillState, Refund, Refundable
from .errors import Refusal
from .state import State

BANKS = ("Bank Kenanga", "Bank Melati", "Bank Raya")
METHODS = ("fpx", "ewallet", "qr")
REFUSED_BY_BANK = "The bank refused the payment"


def _require(bill: Bill, *states: BillState) -> None:
    if bill.state not in states:
        raise Refusal(409, f"BILL_IS_{bill.state.upper()}")


def pay(
    state: State,
    bill: Bill,
    method: str = "fpx",
    by: str = "",
    again: bool = False,
    amount_sen: int | None = None,
) -> None:
    """Take money: the bill's amount unless another is given. A paid bill is paid once more only with `again`."""
    if method not in METHODS:
        raise Refusal(400, "CONTROL_INVALID")
    allowed = [BillState.DUE, BillState.HELD, BillState.WAITING_BANK]
    _require(bill, *allowed, *([BillState.PAID] if again else []))
    bank = by or (BANKS[0] if method == "fpx" else "")
    bill.payments.append(BillPayment(amount_sen or bill.amount_sen, "paid", method, bank))
    bill.state = BillState.PAID
    state.notify(bill, "payment")


def refuse(state: State, bill: Bill, by: str = "", message: str = REFUSED_BY_BANK) -> None:
    """The bank refuses; the bill stays as payable as it was."""
    _require(bill, BillState.DUE, BillState.PAID)
    bill.payments.append(BillPayment(bill.amount_sen, "refused", "fpx", by or BANKS[0], message))
    state.notify(bill, "payment")


def hold(state: State, bill: Bill) -> None:
    """The money is held and not taken."""
    _require(bill, BillState.DUE)
    bill.state = BillState.HELD
    state.notify(bill, "payment")


def bank_later(state: State, bill: Bill) -> None:
    """The bank will decide later."""
    _require(bill, BillState.DUE)
    bill.state = BillState.WAITING_BANK
    state.notify(bill, "payment")


def bank_pays(state: State, bill: Bill) -> None:
    """The bank has decided: it pays. Held money is taken."""
    _require(bill, BillState.WAITING_BANK, BillState.HELD)
    pay(state, bill)


def bank_fails(state: State, bill: Bill) -> None:
    """The bank has decided: it does not pay. Held money goes back, which is no refund."""
    _require(bill, BillState.WAITING_BANK, BillState.HELD)
    bill.payments.append(BillPayment(bill.amount_sen, "refused", "fpx", BANKS[0], REFUSED_BY_BANK))
    bill.state = BillState.FAILED
    state.notify(bill, "payment")


def refund(state: State, bill: Bill, payment: BillPayment | None, amount_sen: int, by: str) -> Refund:
    """Give money of a payment back. `by` is "api", or "outside" for what a bank or the merchant's screen did:
    that need not mind what the bill's method allows.
    """
    if payment is None or not payment.is_paid:
        raise Refusal(422, "NOT_PAID")
    asked = by == "api"
    if asked and bill.refundable is Refundable.NONE:
        raise Refusal(422, "NOT_REFUNDABLE")
    if amount_sen == 0:
        raise Refusal(422, "AMOUNT_TOO_SMALL")
    if amount_sen > payment.amount_sen - payment.refunded_sen:
        raise Refusal(422, "AMOUNT_TOO_LARGE")
    if asked and bill.refundable is Refundable.FULL and amount_sen != payment.amount_sen:
        raise Refusal(422, "ONLY_FULL")
    queued = asked and state.merchants[bill.merchant].queues_refunds
    made = Refund(amount_sen, "queued" if queued else "done", by)
    payment.refunds.append(made)
    state.notify(bill, "refund")
    return made


def settle_refund(state: State, bill: Bill, made: Refund, succeeds: bool) -> None:
    """A refund ends. One that fails is no longer in the total, whether it was queued or thought done."""
    made.state = "done" if succeeds else "failed"
    state.notify(bill, "refund")
