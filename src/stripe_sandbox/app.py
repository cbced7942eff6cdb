"""The ASGI application: API, hosted pages, dashboard and control on one address."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from stripe_sandbox.actions import payments, refunds, sessions
from stripe_sandbox.api.handler import Api
from stripe_sandbox.control.routes import Control
from stripe_sandbox.dashboard.tabs import Dashboard
from stripe_sandbox.errors import unknown_address
from stripe_sandbox.hosted.payment_page import HostedPages
from stripe_sandbox.pages.render import STYLE
from stripe_sandbox.sandbox import Sandbox

log = logging.getLogger(__name__)


def plan_timers(sandbox: Sandbox) -> None:
    """Bind what timers do to this sandbox."""

    def expire(session: str) -> None:
        sessions.expire_by_timer(sandbox, session)

    def result(session: str, result: str) -> None:
        payments.async_result(sandbox, session, result)

    def balance(charge: str) -> None:
        payments.balance_charge(sandbox, charge)

    def refund(refund: str, status: str) -> None:
        refunds.refund_result(sandbox, refund, status)

    sandbox.timers.on("expire_session", expire)
    sandbox.timers.on("async_result", result)
    sandbox.timers.on("balance_charge", balance)
    sandbox.timers.on("refund_result", refund)


async def style(request: Request) -> Response:
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "max-age=60"})


async def not_here(request: Request, error: Exception) -> Response:
    """What no route takes, in the form of the API or of the control API."""
    path, method = str(request.scope["path"]), request.method
    status = error.status_code if isinstance(error, HTTPException) else 404
    if path.startswith("/_sandbox"):
        said = "no such call" if status == 404 else "not with this method"
        return JSONResponse({"error": f"{said}: {method} {path}"}, status)
    refusal = unknown_address(method, path)
    return JSONResponse(refusal.body, refusal.status)


class AnyMethod:
    """The API as an application of its own: a route to a function would refuse OPTIONS and the like itself."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._api(Request(scope, receive, send))
        await response(scope, receive, send)


def create_app(sandbox: Sandbox, seed: Callable[[], None], control_from_anywhere: bool = False) -> Starlette:
    """The application; `seed` makes the accounts and endpoints of the command line, again after each reset."""
    plan_timers(sandbox)
    hosted, api = HostedPages(sandbox), Api(sandbox)
    control = Control(sandbox, api, seed, control_from_anywhere)
    dashboard = Dashboard(sandbox, api, control_from_anywhere)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        seed()
        sandbox.flush()
        sandbox.deliveries.resume()
        timers = asyncio.create_task(sandbox.timers.run())
        yield
        timers.cancel()
        with suppress(asyncio.CancelledError):
            await timers
        await sandbox.deliveries.close()
        sandbox.flush()
        sandbox.store.close()

    routes = [
        Route("/v1/{path:path}", AnyMethod(api)),
        Route("/c/pay/{session}", hosted.pay, methods=["GET", "POST"]),
        Route("/c/pay/{session}/authorise", hosted.authorise, methods=["GET", "POST"]),
        Route("/assets/sandbox.css", style),
        *control.routes(),
        *dashboard.routes(),
    ]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={404: not_here, 405: not_here})
    app.router.redirect_slashes = False
    return app
