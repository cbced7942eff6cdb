"""The API below /v2, for merchants. Nothing in it can be repeated safely, canceled, or listed by time."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from . import actions
from .amounts import from_sen, to_sen
from .bills import Bill, BillPayment
from .errors import Refusal, not_found
from .messages import Answer, Json, Request, Routes, json_answer
from .state import Merchant, State

MOST_REFERENCE = 40
MOST_DESCRIPTION = 200
MOST_LINES = 20
MOST_LINE_NAME = 60
LEAST_SEN = 100

_BILL_FIELDS = {
    "reference",
    "amount",
    "currency",
    "description",
    "return_url",
    "callback_url",
    "payer",
    "language",
    "lines",
}
_LINE_FIELDS = {"name", "quantity", "amount"}

ForMerchant = Callable[..., Answer]


class Api:
    """The API's routes."""

    def __init__(self, state: State) -> None:
        self._state = state
        table: dict[str, ForMerchant] = {
            "GET /v2/merchant": self._merchant,
            "GET /v2/public_key": self._public_key,
            "POST /v2/bills": self._make_bill,
            "GET /v2/bills": self._find_bills,
            "GET /v2/bills/*": self._bill,
            "POST /v2/bills/*/refunds": self._refund_bill,
            "GET /v2/bills/*/refunds": self._refunds_of_bill,
            "POST /v2/payments/*/refunds": self._refund_payment,
            "GET /v2/payments/*/refunds": self._refunds_of_payment,
            "POST /v2/callbacks": self._make_callback,
            "GET /v2/callbacks": self._callbacks,
            "DELETE /v2/callbacks/*": self._remove_callback,
        }
        self._routes = Routes({line: self._signed_in(function) for line, function in table.items()})

    def answer(self, request: Request) -> Answer:
        """Refusal, where the answer is an error."""
        # Also for an address that does not exist.
        with self._state.lock:
            merchant_of(self._state, request)
            return self._routes.answer(request)

    def _signed_in(self, function: ForMerchant) -> ForMerchant:
        def call(request: Request, *parts: str) -> Answer:
            return function(merchant_of(self._state, request), request, *parts)

        return call

    # -- the merchant --------------------------------------------------------------------------------------

    def _merchant(self, merchant: Merchant, request: Request) -> Answer:
        names = ("name", "country", "currency")
        return json_answer({name: getattr(merchant, name) for name in names})

    def _public_key(self, merchant: Merchant, request: Request) -> Answer:
        return json_answer({"public_key": merchant.key.public_pem})

    # -- bills ---------------------------------------------------------------------------------------------

    def _make_bill(self, merchant: Merchant, request: Request) -> Answer:
        bill = read_bill(merchant, request.document)
        if merchant.refuses_duplicates and self._state.bills_for(merchant.code, bill.reference):
            raise Refusal(409, "DUPLICATE_REFERENCE")
        self._state.bills[bill.id] = bill
        made = {"bill": bill.id, **bill.way_to_pay(self._state.url)}
        return json_answer({**made, "test": bill.is_test, "created": bill.created}, 201)

    def _find_bills(self, merchant: Merchant, request: Request) -> Answer:
        if not merchant.finds_bills:
            raise not_found()
        if "reference" not in request.query:
            raise Refusal(422, "REFERENCE_REQUIRED")
        found = self._state.bills_for(merchant.code, request.query["reference"])
        return json_answer({"bills": [bill.plain(self._state.url) for bill in found]})

    def _bill(self, merchant: Merchant, request: Request, bill_id: str) -> Answer:
        return json_answer(self._state.bill(bill_id, merchant.code).plain(self._state.url))

    # -- refunds -------------------------------------------------------------------------------------------

    def _refund_bill(self, merchant: Merchant, request: Request, bill_id: str) -> Answer:
        bill = self._state.bill(bill_id, merchant.code)
        return self._refund(merchant, request, bill, bill.first_paid)

    def _refund_payment(self, merchant: Merchant, request: Request, payment_id: str) -> Answer:
        return self._refund(merchant, request, *self._state.payment(payment_id, merchant.code))

    def _refund(
        self, merchant: Merchant, request: Request, bill: Bill, payment: BillPayment | None
    ) -> Answer:
        if not merchant.may_refund:
            raise Refusal(403, "NOT_ALLOWED")
        _only({"amount"}, request.document)
        amount = to_sen(request.document.get("amount"))
        return json_answer(actions.refund(self._state, bill, payment, amount, "api").plain(), 201)

    def _refunds_of_bill(self, merchant: Merchant, request: Request, bill_id: str) -> Answer:
        payment = self._state.bill(bill_id, merchant.code).first_paid
        return json_answer({"refunded_total": from_sen(payment.refunded_sen if payment else 0)})

    def _refunds_of_payment(self, merchant: Merchant, request: Request, payment_id: str) -> Answer:
        _, payment = self._state.payment(payment_id, merchant.code)
        return json_answer({"refunded_total": from_sen(payment.refunded_sen)})

    # -- callbacks -----------------------------------------------------------------------------------------

    def _make_callback(self, merchant: Merchant, request: Request) -> Answer:
        _only({"url"}, request.document)
        callback = self._state.add_callback(merchant, _web_address(request.document.get("url")))
        return json_answer({"id": callback.id, "public_key": callback.key.public_pem}, 201)

    def _callbacks(self, merchant: Merchant, request: Request) -> Answer:
        return json_answer([callback.plain() for callback in self._state.callbacks_of(merchant.code)])

    def _remove_callback(self, merchant: Merchant, request: Request, callback_id: str) -> Answer:
        callback = self._state.callbacks.get(callback_id)
        if callback is None or callback.merchant != merchant.code:
            raise not_found()
        del self._state.callbacks[callback_id]
        return json_answer({"id": callback_id})


def merchant_of(state: State, request: Request) -> Merchant:
    """Whoever calls. Refusal UNAUTHORIZED, the same for a wrong code and a wrong password."""
    merchant = state.merchants.get(request.headers.get("x-merchant", ""))
    given = request.headers.get("authorization", "").encode(errors="replace")
    if merchant is None or not secrets.compare_digest(given, f"Bearer {merchant.password}".encode()):
        raise Refusal(401, "UNAUTHORIZED")
    return merchant


def read_bill(merchant: Merchant, document: Json) -> Bill:
    """A bill of the parameters of a call. Refusal with 422 names the first that is wrong."""
    if not merchant.is_active:
        raise Refusal(422, "MERCHANT_INACTIVE")
    _only(_BILL_FIELDS, document)
    amount_sen = to_sen(document.get("amount"))
    if amount_sen < LEAST_SEN:
        raise Refusal(422, "AMOUNT_TOO_SMALL")
    if document.get("currency") != merchant.currency:
        raise Refusal(422, "CURRENCY_NOT_TAKEN")
    return Bill(
        merchant=merchant.code,
        reference=_text(document, "reference", MOST_REFERENCE),
        amount_sen=amount_sen,
        description=_text(document, "description", MOST_DESCRIPTION),
        return_url=_web_address(document.get("return_url")),
        callback_url=_web_address(document["callback_url"]) if document.get("callback_url") else "",
        payer_email=_email(document.get("payer")),
        is_test=merchant.is_test,
        lines=_lines(document.get("lines", [])),
    )


def _only(names: set[str], document: Json) -> None:
    """Refuse a field that does not exist, so that no caller believes in one."""
    if set(document) - names:
        raise Refusal(422, "FIELD_UNKNOWN")


def _text(document: Json, name: str, most: int) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        raise Refusal(422, f"{name.upper()}_INVALID")
    return value


def _web_address(value: Any) -> str:
    if not isinstance(value, str) or not value.isascii():
        raise Refusal(422, "URL_INVALID")
    address = urlsplit(value)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise Refusal(422, "URL_INVALID")
    return value


def _email(payer: Any) -> str:
    email = payer.get("email") if isinstance(payer, dict) else None
    if not isinstance(email, str) or not email:
        raise Refusal(422, "EMAIL_REQUIRED")
    if "@" not in email:
        raise Refusal(422, "EMAIL_INVALID")
    return email


def _lines(lines: Any) -> list[Json]:
    if not isinstance(lines, list) or len(lines) > MOST_LINES:
        raise Refusal(422, "LINES_INVALID")
    for line in lines:
        if not isinstance(line, dict):
            raise Refusal(422, "LINES_INVALID")
        _only(_LINE_FIELDS, line)
        _text(line, "name", MOST_LINE_NAME)
        if "amount" in line:
            to_sen(line["amount"])
        if not isinstance(line.get("quantity", 1), int):
            raise Refusal(422, "LINES_INVALID")
    return lines
