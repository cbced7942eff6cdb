"""The pages a person looks at: what happened here, and buttons for what an owner does at Stripe."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from stripe_sandbox.access import allowed
from stripe_sandbox.actions import payments, refunds, sessions
from stripe_sandbox.actions.webhook_endpoints import create_endpoint
from stripe_sandbox.api.expand import api_object
from stripe_sandbox.api.faults import Fault
from stripe_sandbox.api.handler import Api
from stripe_sandbox.errors import ControlError, StripeError
from stripe_sandbox.pages.render import page
from stripe_sandbox.params.refunds import CreateRefund
from stripe_sandbox.params.webhook_endpoints import plain_endpoint
from stripe_sandbox.sandbox import Sandbox, scope_of
from stripe_sandbox.store import Json, Record

TABS = {
    "payments": "Payments",
    "sessions": "Sessions",
    "refunds": "Refunds",
    "events": "Events",
    "deliveries": "Deliveries",
    "endpoints": "Webhooks",
    "accounts": "API keys",
    "faults": "Faults",
    "requests": "Requests",
}

ROWS = 100

Action = Callable[[Request, dict[str, str]], Awaitable[str]]


def attempts(sandbox: Sandbox) -> list[Json]:
    """Every try to pay, newest first: charges, and tries that failed before there was one."""
    rows = [(record.seq, _charge_row(record)) for record in sandbox.store.all("charge")]
    for record in sandbox.store.all("payment_intent"):
        error = record.obj["last_payment_error"]
        if record.obj["status"] in ("requires_action", "requires_payment_method", "canceled") and not (
            error and "charge" in error
        ):
            rows.append((record.seq, _intent_row(record, error)))
    return [row for _, row in sorted(rows, key=lambda pair: -pair[0])]


def _charge_row(record: Record) -> Json:
    obj = record.obj
    reason = ""
    if obj["status"] == "failed":
        outcome = obj["outcome"] or {}
        reason = f"{obj['failure_message']} ({outcome.get('reason') or obj['failure_code']})"
    return {
        "id": record.id,
        "intent": obj["payment_intent"],
        "session": record.extra["session"],
        "created": obj["created"],
        "amount": obj["amount"],
        "refunded": obj["amount_refunded"],
        "currency": obj["currency"],
        "status": obj["status"],
        "disputed": obj["disputed"],
        "method": obj["payment_method_details"]["type"],
        "last4": obj["payment_method_details"].get("card", {}).get("last4", ""),
        "email": obj["billing_details"]["email"],
        "reason": reason,
        "account": record.account,
        "refundable": obj["status"] == "succeeded" and obj["amount_refunded"] < obj["amount"],
    }


def _intent_row(record: Record, error: Json | None) -> Json:
    method = (error or {}).get("payment_method", {})
    return {
        "id": record.id,
        "intent": record.id,
        "session": record.extra["session"],
        "created": record.obj["created"],
        "amount": record.obj["amount"],
        "refunded": 0,
        "currency": record.obj["currency"],
        "status": record.obj["status"],
        "disputed": False,
        "method": method.get("type", ""),
        "last4": method.get("card", {}).get("last4", ""),
        "email": method.get("billing_details", {}).get("email") or "",
        "reason": f"{error['message']} ({error['code']})" if error else "",
        "account": record.account,
        "refundable": False,
    }


class Dashboard:
    """Tabs (GET) and buttons (POST); a button answers with a redirect to its tab."""

    def __init__(self, sandbox: Sandbox, api: Api, anywhere: bool) -> None:
        self._sandbox, self._api, self._anywhere = sandbox, api, anywhere

    def routes(self) -> list[Route]:
        buttons: dict[str, Action] = {
            "/charges/{id}/refund": self._refund,
            "/sessions/{id}/expire": self._expire,
            "/sessions/{id}/result": self._result,
            "/events/{id}/resend": self._resend,
            "/deliveries/{id}/retry": self._retry,
            "/deliveries/release": self._release,
            "/endpoints": self._create_endpoint,
            "/faults": self._plan_fault,
            "/faults/clear": self._clear_faults,
            "/clock": self._clock,
        }
        return [
            Route("/", self._tab),
            Route("/dashboard", self._tab),
            *(
                Route(f"/dashboard{path}", self._button(act), methods=["POST"])
                for path, act in buttons.items()
            ),
            Route("/dashboard/{tab}", self._tab),
        ]

    async def _tab(self, request: Request) -> Response:
        tab = request.path_params.get("tab", "payments")
        if not allowed(request, self._anywhere):
            return page("missing.html", 403)
        if tab not in TABS:
            return page("missing.html", 404)
        box = self._sandbox
        names = {r.id: r.obj["settings"]["dashboard"]["display_name"] for r in box.store.all("account")}
        return page(
            "dashboard/dashboard.html",
            tab=tab,
            tabs=TABS,
            rows=self._rows(tab),
            names=names,
            now=box.clock.now(),
            offset=box.clock.offset,
            problem=request.query_params.get("problem", ""),
            held=sum(r.extra["state"] == "held" for r in box.store.all("delivery")),
            rules=[rule.model_dump() for rule in box.deliveries.rules.all()],
        )

    def _rows(self, tab: str) -> list[Any]:
        box = self._sandbox
        if tab == "payments":
            return attempts(box)[:ROWS]
        if tab == "accounts":
            return [box.accounts.facts(record) for record in box.store.all("account")]
        if tab == "faults":
            return [fault.model_dump() for fault in self._api.faults.all()]
        if tab == "requests":
            return self._api.log.since(self._api.log.last - ROWS)[::-1]
        kind = {"sessions": "session", "refunds": "refund", "events": "event"}.get(tab)
        if kind is not None:
            return [
                {**api_object(box, record), "account_id": record.account, "extra": record.extra}
                for record in box.store.newest(kind)[:ROWS]
            ]
        kind = {"deliveries": "delivery", "endpoints": "endpoint"}[tab]
        return [
            {"id": r.id, "account_id": r.account, "created_at": r.created, **r.obj, **r.extra}
            for r in box.store.newest(kind)[:ROWS]
        ]

    def _button(self, act: Action) -> Callable[[Request], Awaitable[Response]]:
        async def press(request: Request) -> Response:
            if not allowed(request, self._anywhere):
                return page("missing.html", 403)
            form = {name: str(value) for name, value in (await request.form()).items()}
            tab, problem = form.get("tab", "payments"), ""
            try:
                tab = await act(request, form)
            except (StripeError, ControlError) as error:
                problem = str(error)
            except ValidationError as error:
                problem = "; ".join(str(part["msg"]) for part in error.errors())
            finally:
                self._sandbox.flush()
            query = f"?problem={quote(problem)}" if problem else ""
            return RedirectResponse(f"/dashboard/{tab if tab in TABS else 'payments'}{query}", 303)

        return press

    def _find(self, kind: str, request: Request) -> Record:
        record = self._sandbox.store.find(kind, request.path_params["id"])
        if record is None:
            raise ControlError("it is not here any more", 404)
        return record

    async def _refund(self, request: Request, form: dict[str, str]) -> str:
        charge = self._find("charge", request)
        fields = {"charge": charge.id, "reason": "requested_by_customer"}
        if form.get("amount", "").strip():
            fields["amount"] = form["amount"].strip()
        refunds.create_refund(self._sandbox, scope_of(charge), CreateRefund.model_validate(fields))
        return "refunds"

    async def _expire(self, request: Request, form: dict[str, str]) -> str:
        sessions.expire_session(self._sandbox, self._find("session", request))
        return "sessions"

    async def _result(self, request: Request, form: dict[str, str]) -> str:
        session = self._find("session", request)
        payments.async_result(self._sandbox, session.id, form.get("result", "succeed"))
        return "sessions"

    async def _resend(self, request: Request, form: dict[str, str]) -> str:
        self._sandbox.deliveries.resend(self._find("event", request), None)
        return "deliveries"

    async def _retry(self, request: Request, form: dict[str, str]) -> str:
        self._sandbox.deliveries.retry(self._find("delivery", request))
        return "deliveries"

    async def _release(self, request: Request, form: dict[str, str]) -> str:
        self._sandbox.deliveries.release("fifo", None, None)
        return "deliveries"

    async def _create_endpoint(self, request: Request, form: dict[str, str]) -> str:
        account = self._sandbox.accounts.get(form.get("account") or None)
        ticked = form.get("events", "*").replace(",", " ").split()
        params = plain_endpoint(form.get("url", "").strip(), ticked or ["*"])
        create_endpoint(self._sandbox, scope_of(account), params, form.get("secret", "").strip() or None)
        return "endpoints"

    async def _plan_fault(self, request: Request, form: dict[str, str]) -> str:
        facts = {name: form[name] for name in ("fault", "method", "path") if form.get(name)}
        self._api.faults.plan(Fault.model_validate(facts))
        return "faults"

    async def _clear_faults(self, request: Request, form: dict[str, str]) -> str:
        self._api.faults.clear()
        self._sandbox.deliveries.rules.clear()
        return "faults"

    async def _clock(self, request: Request, form: dict[str, str]) -> str:
        seconds = form.get("advance", "")
        if not seconds.isdigit() or int(seconds) > 400 * 86400:
            raise ControlError("how many seconds?")
        clock = self._sandbox.clock
        self._sandbox.timers.advance_to(clock.exact() + int(seconds))
        return form.get("tab", "payments")
