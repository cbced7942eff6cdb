"""Control calls about sessions, refunds and disputes."""

from typing import Literal

from starlette.requests import Request

from stripe_sandbox.actions import disputes, payments, refunds, sessions, warnings
from stripe_sandbox.actions.payments import Outcome
from stripe_sandbox.actions.redirect import success_url, wait_before_redirect
from stripe_sandbox.api.expand import expanded
from stripe_sandbox.control.body import Body, Handlers
from stripe_sandbox.errors import ControlError
from stripe_sandbox.objects.cards import brand_of
from stripe_sandbox.objects.fpx import USUAL_BANK
from stripe_sandbox.params.refunds import CreateRefund
from stripe_sandbox.sandbox import Sandbox, scope_of
from stripe_sandbox.store import Json, Record


class Pay(Body):
    """How to pay a session without its page."""

    method: str = "card"
    card: str = "4242424242424242"
    exp: str = "12/34"
    cvc: str | None = None
    email: str = "guest@example.com"
    name: str = "A. Guest"
    bank: str = USUAL_BANK
    outcome: Literal["authorise", "fail", "expire"] = "authorise"
    delayed_result: Literal["succeed", "fail"] | None = "succeed"
    delayed_seconds: int | None = None
    wait: bool = False

    def form(self) -> dict[str, str]:
        """The fields of the page."""
        cvc = self.cvc if self.cvc is not None else ("1234" if brand_of(self.card) == "amex" else "123")
        return {
            "email": self.email,
            "name": self.name,
            "card_number": self.card,
            "exp": self.exp,
            "cvc": cvc,
            "bank": self.bank,
        }


class Settle(Body):
    """The next status of a refund."""

    status: Literal["succeeded", "failed", "canceled"] = "succeeded"
    failure_reason: str = "expired_or_canceled_card"


class Decide(Body):
    """The next status of a dispute."""

    status: Literal["under_review", "won", "lost", "warning_closed"] = "won"


class PaymentControl:
    """Handlers of these calls."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def session(self, request: Request) -> Record:
        record = self._sandbox.store.find("session", request.path_params["id"])
        if record is None:
            raise ControlError("no such session", 404)
        return record

    def _shown(self, session: Record) -> Json:
        return expanded(self._sandbox, session, ["line_items", "payment_intent.latest_charge"])

    async def show(self, request: Request, body: Json) -> Json:
        return self._shown(self.session(request))

    async def pay(self, request: Request, body: Json) -> Json:
        session, ask = self.session(request), Pay.model_validate(body)
        outcome = pay_session(self._sandbox, session, ask)
        redirect = success_url(session) if outcome.result in ("paid", "processing") else None
        if ask.wait:
            await wait_before_redirect(self._sandbox, outcome)
        return {
            "result": outcome.result,
            "error": outcome.error,
            "redirect": redirect,
            "session": self._shown(session),
        }

    async def async_result(self, request: Request, body: Json) -> Json:
        session, result = self.session(request), body.get("result", "succeed")
        if result not in ("succeed", "fail"):
            raise ControlError("result is succeed or fail")
        if not payments.finish_delayed(self._sandbox, session.id, result):
            raise ControlError("no delayed payment is waiting on this session")
        return self._shown(session)

    async def expire(self, request: Request, body: Json) -> Json:
        session = self.session(request)
        sessions.expire_session(self._sandbox, session)
        return self._shown(session)

    async def refund(self, request: Request, body: Json) -> Json:
        found = self._sandbox.store.find("charge", str(body.get("charge", "")))
        if found is None:
            found = self._sandbox.store.find("payment_intent", str(body.get("payment_intent", "")))
        if found is None:
            raise ControlError("no such charge or payment_intent", 404)
        params = CreateRefund.model_validate({k: str(v) for k, v in body.items() if v is not None})
        record = refunds.create_refund(self._sandbox, scope_of(found), params)
        return expanded(self._sandbox, record, [])

    async def settle_refund(self, request: Request, body: Json) -> Json:
        record = self._sandbox.store.find("refund", request.path_params["id"])
        if record is None:
            raise ControlError("no such refund", 404)
        ask = Settle.model_validate(body)
        if not refunds.settle_refund(self._sandbox, record.id, ask.status, ask.failure_reason):
            raise ControlError(f"a refund that is {record.obj['status']} does not become {ask.status}")
        return expanded(self._sandbox, record, [])

    async def decide_dispute(self, request: Request, body: Json) -> Json:
        ask = Decide.model_validate(body)
        record = disputes.decide_dispute(self._sandbox, request.path_params["id"], ask.status)
        if record is None:
            raise ControlError("no such open dispute", 404)
        return expanded(self._sandbox, record, [])

    async def close_review(self, request: Request, body: Json) -> Json:
        reason = str(body.get("reason", "approved"))
        record = warnings.close_review(self._sandbox, request.path_params["id"], reason)
        if record is None:
            raise ControlError("no such open review", 404)
        return expanded(self._sandbox, record, [])


def pay_session(sandbox: Sandbox, session: Record, ask: Pay) -> Outcome:
    """Fill in the form, and answer the 3-D Secure or bank page if one follows."""
    closed = payments.closed_outcome(session)
    if closed is not None:
        return closed
    payer, wrong = payments.read_payer(sandbox, session, ask.form(), ask.method)
    if payer is None:
        return wrong or Outcome("invalid")
    outcome = payments.confirm(sandbox, session, payer)
    if outcome.result != "action":
        return outcome
    return payments.answer_action(
        sandbox,
        session,
        ask.outcome == "authorise",
        ask.delayed_result,
        ask.delayed_seconds,
        expired=ask.outcome == "expire",
    )


def handlers(sandbox: Sandbox) -> Handlers:
    """Control calls by method and path."""
    control = PaymentControl(sandbox)
    return {
        ("GET", "/sessions/{id}"): control.show,
        ("POST", "/sessions/{id}/pay"): control.pay,
        ("POST", "/sessions/{id}/async_result"): control.async_result,
        ("POST", "/sessions/{id}/expire"): control.expire,
        ("POST", "/refunds"): control.refund,
        ("POST", "/refunds/{id}/settle"): control.settle_refund,
        ("POST", "/disputes/{id}/decide"): control.decide_dispute,
        ("POST", "/reviews/{id}/close"): control.close_review,
    }
