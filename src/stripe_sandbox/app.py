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
from stripe_sandbox.control.foreign_objects import foreign_object
from stripe_sandbox.control.routes import Control
from stripe_sandbox.dashboard.routes import Dashboard
from stripe_sandbox.errors import unknown_address
from stripe_sandbox.hosted.payment_page import HostedPages
from stripe_sandbox.pages.render import STYLE
from stripe_sandbox.sandbox import Sandbox

log = logging.getLogger(__name__)


def connect_timers(sandbox: Sandbox) -> None:
    """Tell the sandbox's timers which function each of their actions calls."""

    def expire(session: str) -> None:
        sessions.expire_by_timer(sandbox, session)

    def result(session: str, result: str) -> None:
        payments.finish_delayed(sandbox, session, result)

    def balance(charge: str) -> None:
        payments.add_balance_transaction(sandbox, charge)

    def refund(refund: str, status: str) -> None:
        refunds.settle_refund(sandbox, refund, status)

    sandbox.timers.on("expire_session", expire)
    sandbox.timers.on("async_result", result)
    sandbox.timers.on("balance_charge", balance)
    sandbox.timers.on("refund_result", refund)


async def style(request: Request) -> Response:
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "max-age=60"})


async def not_found(request: Request, error: Exception) -> Response:
    """The answer to an unknown address, in the form of the control API or of Stripe's."""
    path, method = str(request.scope["path"]), request.method
    status = error.status_code if isinstance(error, HTTPException) else 404
    if path.startswith("/_sandbox"):
        reason = "no such call" if status == 404 else "not with this method"
        return JSONResponse({"error": f"{reason}: {method} {path}"}, status)
    error_404 = unknown_address(method, path)
    return JSONResponse(error_404.body, error_404.status)


class AnyMethod:
    """The API as an ASGI application: Starlette would answer OPTIONS and others itself for a plain function."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._api(Request(scope, receive, send))
        await response(scope, receive, send)


def create_app(sandbox: Sandbox, seed: Callable[[], None], control_from_anywhere: bool = False) -> Starlette:
    """The application; `seed` makes the accounts and endpoints of the command line, again after each reset."""
    connect_timers(sandbox)
    hosted, api = HostedPages(sandbox), Api(sandbox)
    control = Control(sandbox, api, seed, control_from_anywhere)
    dashboard = Dashboard(sandbox, api, control_from_anywhere, foreign_object)

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
        Route("/v2/{path:path}", AnyMethod(api)),
        Route("/c/pay/{session}", hosted.pay, methods=["GET", "POST"]),
        Route("/c/pay/{session}/authorise", hosted.authorise, methods=["GET", "POST"]),
        Route("/assets/sandbox.css", style),
        *control.routes(),
        *dashboard.routes(),
    ]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={404: not_found, 405: not_found})
    app.router.redirect_slashes = False
    return app
