"""The dashboard's pages: a tab for each kind of thing, and the routes of the buttons."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from stripe_sandbox.access import allowed
from stripe_sandbox.api.expand import api_object
from stripe_sandbox.api.handler import Api
from stripe_sandbox.dashboard.buttons import Button, Buttons
from stripe_sandbox.dashboard.payment_rows import payment_rows
from stripe_sandbox.errors import ControlError, StripeError
from stripe_sandbox.pages.render import page
from stripe_sandbox.sandbox import Sandbox

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


class Dashboard:
    """Tabs (GET) and buttons (POST); a button redirects to the tab it names."""

    def __init__(self, sandbox: Sandbox, api: Api, from_anywhere: bool) -> None:
        self._sandbox, self._api, self._from_anywhere = sandbox, api, from_anywhere

    def routes(self) -> list[Route]:
        buttons = Buttons(self._sandbox, self._api).by_path()
        return [
            Route("/", self._tab),
            Route("/dashboard", self._tab),
            *(
                Route(f"/dashboard{path}", self._press(button), methods=["POST"])
                for path, button in buttons.items()
            ),
            Route("/dashboard/{tab}", self._tab),
        ]

    async def _tab(self, request: Request) -> Response:
        tab = request.path_params.get("tab", "payments")
        if not allowed(request, self._from_anywhere):
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
            return payment_rows(box)[:ROWS]
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

    def _press(self, button: Button) -> Callable[[Request], Awaitable[Response]]:
        async def press(request: Request) -> Response:
            if not allowed(request, self._from_anywhere):
                return page("missing.html", 403)
            form = {name: str(value) for name, value in (await request.form()).items()}
            tab, problem = form.get("tab", "payments"), ""
            try:
                tab = await button(request, form)
            except (StripeError, ControlError) as error:
                problem = str(error)
            except ValidationError as error:
                problem = "; ".join(str(part["msg"]) for part in error.errors())
            finally:
                self._sandbox.flush()
            query = f"?problem={quote(problem)}" if problem else ""
            return RedirectResponse(f"/dashboard/{tab if tab in TABS else 'payments'}{query}", 303)

        return press
