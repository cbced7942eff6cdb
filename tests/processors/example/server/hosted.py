"""The page on which a guest pays. The shop's form leads here by POST, and the way back is a POST as well."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from . import actions, page
from .bills import Bill, BillState
from .errors import Refusal, not_found
from .messages import Answer, Request
from .state import State


class Hosted:
    """POST /pay, with the fields that a bill's `fields` give, and `choose` for what the guest does."""

    def __init__(self, state: State) -> None:
        self._state = state

    def answer(self, request: Request) -> Answer:
        """A page, or the way back to the shop."""
        if (request.method, request.path) != ("POST", "/pay"):
            return page.unknown()
        form = request.form
        with self._state.lock:
            try:
                bill = self._state.bill(form.get("bill", ""))
                if not secrets.compare_digest(form.get("token", "").encode(), bill.token.encode()):
                    raise not_found()
            except Refusal:
                return page.unknown()
            return self._choose(bill, form)

    def _choose(self, bill: Bill, form: dict[str, str]) -> Answer:
        merchant = self._state.merchants[bill.merchant]
        choice = form.get("choose", "")
        try:
            self._carry_out(choice, bill, form)
        except Refusal:
            # The bill has changed since the page was made.
            return page.show(bill, merchant, note="This bill can no longer be paid like this.")
        if choice == "ewallet":
            return _see_other(bill)
        if choice in ("fpx", "later", "hold"):
            return page.go_back(bill)
        note = f"{actions.REFUSED_BY_BANK}. You can try again." if choice == "refuse" else ""
        return page.show(bill, merchant, note)

    def _carry_out(self, choice: str, bill: Bill, form: dict[str, str]) -> None:
        bank = form.get("bank", "")
        by = bank if bank in actions.BANKS else actions.BANKS[0]
        # Whoever presses a button on a paid bill's page has read "Pay again".
        again = bill.state is BillState.PAID and form.get("again") == "yes"
        match choice:
            case "fpx":
                actions.pay(self._state, bill, "fpx", by, again)
            case "ewallet":
                actions.pay(self._state, bill, "ewallet", "", again)
            case "refuse":
                actions.refuse(self._state, bill, by)
            case "later":
                actions.bank_later(self._state, bill)
            case "hold":
                actions.hold(self._state, bill)


def _see_other(bill: Bill) -> Answer:
    """The way back by GET, with facts that the shop must not believe."""
    parts = urlsplit(bill.return_url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("bill", bill.id), ("state", bill.state.value)]
    address = urlunsplit(parts._replace(query=urlencode(query)))
    return Answer(303, b"", "text/plain", {"Location": address, **page.HEADERS})
