"""Everything the server remembers, in memory, behind one lock."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Self

from .bills import Bill, BillPayment, Refund, new_id
from .deliveries import Deliveries
from .errors import Refusal, not_found
from .faults import Faults
from .keys import KeyPool, SigningKey
from .messages import Json


@dataclass(slots=True)
class Merchant:
    """A merchant with its credentials and what control lets it do."""

    code: str
    password: str
    key: SigningKey
    name: str = "Kedai Kopi Ujian"
    country: str = "MY"
    currency: str = "MYR"
    is_test: bool = True
    is_active: bool = True
    may_refund: bool = True
    finds_bills: bool = True
    refuses_duplicates: bool = False
    queues_refunds: bool = False

    def plain(self) -> Json:
        """Everything but the key."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "key"}

    def change(self, changes: Json) -> None:
        """Set facts by name. Refusal CONTROL_INVALID for a name that does not exist or a value of another type."""
        known = self.plain()
        for name, value in changes.items():
            if name not in known or type(value) is not type(known[name]):
                raise Refusal(400, "CONTROL_INVALID")
        for name, value in changes.items():
            setattr(self, name, value)


@dataclass(slots=True)
class Callback:
    """An address that gets the notices of all bills of a merchant."""

    merchant: str
    url: str
    key: SigningKey
    id: str = field(default_factory=lambda: new_id("CB"))

    def plain(self) -> Json:
        return {"id": self.id, "url": self.url}


@dataclass(frozen=True, slots=True)
class First:
    """The merchant that is there after the start and after each reset."""

    code: str
    password: str

    @classmethod
    def from_environment(cls) -> Self:
        """From KEDAI_MERCHANT and KEDAI_PASSWORD; a command line could be read by every user of the machine."""
        return cls(
            os.environ.get("KEDAI_MERCHANT", "KP1042"),
            os.environ.get("KEDAI_PASSWORD") or secrets.token_urlsafe(24),
        )


class State:
    """The whole server. Take `lock` to read or change; never while speaking to somebody."""

    def __init__(self, first: First) -> None:
        self.lock = threading.RLock()
        self.url = ""
        self.deliveries = Deliveries()
        self.faults = Faults()
        self._first = first
        self._keys = KeyPool()
        self._fill()

    def _fill(self) -> None:
        self.merchants: dict[str, Merchant] = {}
        self.callbacks: dict[str, Callback] = {}
        self.bills: dict[str, Bill] = {}
        self.requests: list[Json] = []
        self.add_merchant(self._first.code, self._first.password)

    def reset(self) -> None:
        """Back to the state after the start."""
        with self.lock:
            self.faults.clear()
            self.deliveries.reset()
            self._keys.reset()
            self._fill()

    # -- merchants and callbacks ---------------------------------------------------------------------------

    def add_merchant(self, code: str, password: str) -> Merchant:
        self.merchants[code] = Merchant(code, password, self._keys.take())
        return self.merchants[code]

    def merchant(self, code: str) -> Merchant:
        """Refusal NOT_FOUND."""
        if code not in self.merchants:
            raise not_found()
        return self.merchants[code]

    def new_key(self, merchant: Merchant) -> None:
        """Replace the key that signs what goes to the bills' own addresses."""
        merchant.key = self._keys.take()

    def add_callback(self, merchant: Merchant, url: str) -> Callback:
        callback = Callback(merchant.code, url, self._keys.take())
        self.callbacks[callback.id] = callback
        return callback

    def callbacks_of(self, merchant: str) -> list[Callback]:
        return [callback for callback in self.callbacks.values() if callback.merchant == merchant]

    # -- bills ---------------------------------------------------------------------------------------------

    def bill(self, bill_id: str, merchant: str | None = None) -> Bill:
        """A bill, of this merchant if one is given. Refusal NOT_FOUND."""
        bill = self.bills.get(bill_id)
        if bill is None or merchant not in (None, bill.merchant):
            raise not_found()
        return bill

    def bills_for(self, merchant: str, reference: str) -> list[Bill]:
        """Bills with a reference of the merchant's, oldest first."""
        return [b for b in self.bills.values() if (b.merchant, b.reference) == (merchant, reference)]

    def payment(self, payment_id: str, merchant: str) -> tuple[Bill, BillPayment]:
        """A payment and its bill. Refusal NOT_FOUND."""
        for bill, payment in self._payments():
            if payment.id == payment_id and bill.merchant == merchant:
                return bill, payment
        raise not_found()

    def refund(self, refund_id: str) -> tuple[Bill, Refund]:
        """A refund and its bill. Refusal NOT_FOUND."""
        for bill, payment in self._payments():
            for refund in payment.refunds:
                if refund.id == refund_id:
                    return bill, refund
        raise not_found()

    def _payments(self) -> Iterator[tuple[Bill, BillPayment]]:
        return ((bill, payment) for bill in self.bills.values() for payment in bill.payments)

    # -- notices -------------------------------------------------------------------------------------------

    def notify(self, bill: Bill, what: str) -> None:
        """Tell everybody who listens what the bill is like now."""
        notice = {"what": what, **bill.plain(self.url)}
        if bill.callback_url:
            self.deliveries.add(bill.callback_url, "bill", self.merchants[bill.merchant].key, notice)
        for callback in self.callbacks_of(bill.merchant):
            self.deliveries.add(callback.url, callback.id, callback.key, notice)

    def ping(self, merchant: Merchant) -> None:
        """Send a notice about no bill to every callback of a merchant."""
        for callback in self.callbacks_of(merchant.code):
            self.deliveries.add(callback.url, callback.id, callback.key, {"what": "ping"})
