"""The control API below /_control, for tests: it plays the guest, the banks and the network."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from . import actions
from .amounts import to_sen
from .bills import Bill, Refundable
from .errors import Refusal
from .faults import Fault
from .messages import Answer, Json, Request, Routes, json_answer
from .state import State

_ACTIONS: dict[str, Callable[[State, Bill], None]] = {
    "hold": actions.hold,
    "bank_later": actions.bank_later,
    "bank_pays": actions.bank_pays,
    "bank_fails": actions.bank_fails,
}


class Control:
    """The control API's routes."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._routes = Routes(
            {
                "GET /_control/health": self._health,
                "POST /_control/reset": self._reset,
                "GET /_control/merchants": self._merchants,
                "POST /_control/merchants": self._merchant,
                "POST /_control/merchants/*/new_key": self._new_key,
                "POST /_control/merchants/*/ping": self._ping,
                "GET /_control/bills": self._bills,
                "GET /_control/bills/*": self._bill,
                "POST /_control/bills/*/*": self._act,
                "POST /_control/refunds/*": self._settle_refund,
                "GET /_control/faults": self._faults,
                "POST /_control/faults": self._fault,
                "DELETE /_control/faults": self._no_faults,
                "GET /_control/requests": self._requests,
                "GET /_control/deliveries": self._deliveries,
                "POST /_control/deliveries": self._set_deliveries,
                "POST /_control/deliveries/*/again": self._send_again,
                "POST /_control/notices": self._send_notices,
                "POST /_control/deliver": self._deliver,
                "POST /_control/idle": self._idle,
            }
        )

    def answer(self, request: Request) -> Answer:
        """Refusal, where the answer is an error."""
        try:
            return self._routes.answer(request)
        except (TypeError, ValueError, KeyError) as error:
            # A body of another form: the test that sent it should hear so.
            return json_answer({"error": "CONTROL_INVALID", "why": repr(error)}, 400)

    def _health(self, request: Request) -> Answer:
        return json_answer({"pid": os.getpid()})

    def _reset(self, request: Request) -> Answer:
        self._state.reset()
        return json_answer({})

    # -- merchants -----------------------------------------------------------------------------------------

    def _merchants(self, request: Request) -> Answer:
        with self._state.lock:
            return json_answer([merchant.plain() for merchant in self._state.merchants.values()])

    def _merchant(self, request: Request) -> Answer:
        """Change a merchant, or make one: that takes a password."""
        changes = request.document
        code = changes.pop("code")
        with self._state.lock:
            if code not in self._state.merchants:
                self._state.add_merchant(code, changes["password"])
            merchant = self._state.merchant(code)
            merchant.change(changes)
            return json_answer(merchant.plain())

    def _new_key(self, request: Request, code: str) -> Answer:
        with self._state.lock:
            merchant = self._state.merchant(code)
            self._state.new_key(merchant)
            return json_answer({"public_key": merchant.key.public_pem})

    def _ping(self, request: Request, code: str) -> Answer:
        with self._state.lock:
            self._state.ping(self._state.merchant(code))
            return json_answer({})

    # -- bills ---------------------------------------------------------------------------------------------

    def _plain(self, bill: Bill) -> Json:
        """A bill with what the API does not tell."""
        refunds = [
            {**refund.plain(), "payment": payment.id, "by": refund.by}
            for payment in bill.payments
            for refund in payment.refunds
        ]
        return {
            **bill.plain(self._state.url),
            "refunds": refunds,
            "lines": list(bill.lines),
            "return_url": bill.return_url,
        }

    def _bills(self, request: Request) -> Answer:
        with self._state.lock:
            return json_answer([self._plain(bill) for bill in self._state.bills.values()])

    def _bill(self, request: Request, bill_id: str) -> Answer:
        with self._state.lock:
            return json_answer(self._plain(self._state.bill(bill_id)))

    def _act(self, request: Request, bill_id: str, action: str) -> Answer:
        """pay, refuse, hold, bank_later, bank_pays, bank_fails, refund or refundable."""
        facts = request.document
        with self._state.lock:
            bill = self._state.bill(bill_id)
            if action in _ACTIONS:
                _ACTIONS[action](self._state, bill)
            elif action == "pay":
                _pay(self._state, bill, **facts)
            elif action == "refuse":
                actions.refuse(self._state, bill, **facts)
            elif action == "refund":
                self._refund_outside(bill, **facts)
            elif action == "refundable":
                bill.refundable = Refundable(facts["refundable"])
            else:
                raise Refusal(404, "NOT_FOUND")
            return json_answer(self._plain(bill))

    def _refund_outside(self, bill: Bill, amount: str, payment: str = "") -> None:
        chosen = self._state.payment(payment, bill.merchant)[1] if payment else bill.first_paid
        actions.refund(self._state, bill, chosen, to_sen(amount), "outside")

    def _settle_refund(self, request: Request, refund_id: str) -> Answer:
        with self._state.lock:
            bill, refund = self._state.refund(refund_id)
            actions.settle_refund(self._state, bill, refund, bool(request.document["succeeds"]))
            return json_answer(self._plain(bill))

    # -- faults and the log --------------------------------------------------------------------------------

    def _faults(self, request: Request) -> Answer:
        return json_answer({"left": self._state.faults.left()})

    def _fault(self, request: Request) -> Answer:
        self._state.faults.add(Fault.from_plain(request.document))
        return json_answer({})

    def _no_faults(self, request: Request) -> Answer:
        self._state.faults.clear()
        return json_answer({})

    def _requests(self, request: Request) -> Answer:
        since = int(request.query.get("since", "0"))
        with self._state.lock:
            return json_answer(self._state.requests[since:])

    # -- deliveries ----------------------------------------------------------------------------------------

    def _deliveries(self, request: Request) -> Answer:
        return json_answer(self._state.deliveries.listed())

    def _set_deliveries(self, request: Request) -> Answer:
        """`retry_after`: seconds before each further try; `by_hand`: only /_control/deliver sends."""
        deliveries, facts = self._state.deliveries, request.document
        retry_after = tuple(float(one) for one in facts.get("retry_after", deliveries.retry_after))
        if not retry_after:
            raise Refusal(400, "CONTROL_INVALID")
        deliveries.set(retry_after, bool(facts.get("by_hand", deliveries.by_hand)))
        return json_answer({"retry_after": retry_after, "by_hand": deliveries.by_hand})

    def _send_again(self, request: Request, delivery_id: str) -> Answer:
        again = self._state.deliveries.send_again(delivery_id)
        if again is None:
            raise Refusal(404, "NOT_FOUND")
        return json_answer({"id": again.id})

    def _send_notices(self, request: Request) -> Answer:
        """Send notices of a test's own, or `body`, whatever it is, signed by a merchant's or a callback's key."""
        facts = request.document
        notices: list[Any] = facts.get("notices", [])
        body = facts["body"] if "body" in facts else json.dumps({"notices": notices})
        with self._state.lock:
            if facts.get("callback"):
                key = self._state.callbacks[facts["callback"]].key
            else:
                key = self._state.merchant(facts["merchant"]).key
        known = [notice for notice in notices if isinstance(notice, dict)]
        made = self._state.deliveries.add_body(facts["url"], "control", key, body.encode(), known)
        return json_answer({"id": made.id})

    def _deliver(self, request: Request) -> Answer:
        return json_answer(self._state.deliveries.send_now())

    def _idle(self, request: Request) -> Answer:
        facts = request.document
        seconds, retries = float(facts.get("timeout", 5)), bool(facts.get("retries", False))
        return json_answer({"idle": self._state.deliveries.wait_idle(seconds, retries)})


def _pay(
    state: State, bill: Bill, method: str = "fpx", by: str = "", again: bool = False, amount: str = ""
) -> None:
    actions.pay(state, bill, method, by, again, to_sen(amount) if amount else None)
