"""What the dashboard's buttons do. Each returns the tab to show next."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request

from stripe_sandbox.actions import payments, refunds, sessions
from stripe_sandbox.actions.webhook_endpoints import create_endpoint
from stripe_sandbox.api.faults import Fault
from stripe_sandbox.api.handler import Api
from stripe_sandbox.errors import ControlError
from stripe_sandbox.params.refunds import CreateRefund
from stripe_sandbox.params.webhook_endpoints import plain_endpoint
from stripe_sandbox.sandbox import Sandbox, scope_of
from stripe_sandbox.store import Record

Button = Callable[[Request, dict[str, str]], Awaitable[str]]


class Buttons:
    """One method for each button; it gets the request and the fields of the form."""

    def __init__(self, sandbox: Sandbox, api: Api) -> None:
        self._sandbox, self._api = sandbox, api

    def by_path(self) -> dict[str, Button]:
        """The buttons by their path below `/dashboard`."""
        return {
            "/charges/{id}/refund": self.refund,
            "/sessions/{id}/expire": self.expire,
            "/sessions/{id}/result": self.result,
            "/events/{id}/resend": self.resend,
            "/deliveries/{id}/retry": self.retry,
            "/deliveries/release": self.release,
            "/endpoints": self.create_endpoint,
            "/faults": self.plan_fault,
            "/faults/clear": self.clear_faults,
            "/clock": self.clock,
        }

    def _find(self, kind: str, request: Request) -> Record:
        record = self._sandbox.store.find(kind, request.path_params["id"])
        if record is None:
            raise ControlError("it is not here any more", 404)
        return record

    async def refund(self, request: Request, form: dict[str, str]) -> str:
        charge = self._find("charge", request)
        fields = {"charge": charge.id, "reason": "requested_by_customer"}
        if form.get("amount", "").strip():
            fields["amount"] = form["amount"].strip()
        refunds.create_refund(self._sandbox, scope_of(charge), CreateRefund.model_validate(fields))
        return "refunds"

    async def expire(self, request: Request, form: dict[str, str]) -> str:
        sessions.expire_session(self._sandbox, self._find("session", request))
        return "sessions"

    async def result(self, request: Request, form: dict[str, str]) -> str:
        session = self._find("session", request)
        payments.finish_delayed(self._sandbox, session.id, form.get("result", "succeed"))
        return "sessions"

    async def resend(self, request: Request, form: dict[str, str]) -> str:
        self._sandbox.deliveries.resend(self._find("event", request), None)
        return "deliveries"

    async def retry(self, request: Request, form: dict[str, str]) -> str:
        self._sandbox.deliveries.retry(self._find("delivery", request))
        return "deliveries"

    async def release(self, request: Request, form: dict[str, str]) -> str:
        self._sandbox.deliveries.release("fifo", None, None)
        return "deliveries"

    async def create_endpoint(self, request: Request, form: dict[str, str]) -> str:
        account = self._sandbox.accounts.get(form.get("account") or None)
        ticked = form.get("events", "*").replace(",", " ").split()
        params = plain_endpoint(form.get("url", "").strip(), ticked or ["*"])
        create_endpoint(self._sandbox, scope_of(account), params, form.get("secret", "").strip() or None)
        return "endpoints"

    async def plan_fault(self, request: Request, form: dict[str, str]) -> str:
        facts = {name: form[name] for name in ("fault", "method", "path") if form.get(name)}
        self._api.faults.plan(Fault.model_validate(facts))
        return "faults"

    async def clear_faults(self, request: Request, form: dict[str, str]) -> str:
        self._api.faults.clear()
        self._sandbox.deliveries.rules.clear()
        return "faults"

    async def clock(self, request: Request, form: dict[str, str]) -> str:
        seconds = form.get("advance", "")
        if not seconds.isdigit() or int(seconds) > 400 * 86400:
            raise ControlError("how many seconds?")
        clock = self._sandbox.clock
        self._sandbox.timers.advance_to(clock.exact() + int(seconds))
        return form.get("tab", "payments")
