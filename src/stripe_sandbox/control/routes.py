"""The routes of the control API. README.md describes every call."""

from collections.abc import Awaitable, Callable

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stripe_sandbox.access import allowed
from stripe_sandbox.api.handler import Api
from stripe_sandbox.control import accounts, api_calls, objects, payments, state, webhooks
from stripe_sandbox.control.body import Handler, Handlers, read_json
from stripe_sandbox.errors import ControlError, StripeError
from stripe_sandbox.sandbox import Sandbox


class Control:
    """All control calls; `seed` makes the accounts and endpoints of the command line again after a reset."""

    def __init__(self, sandbox: Sandbox, api: Api, seed: Callable[[], None], from_anywhere: bool) -> None:
        self._sandbox, self._api, self._seed, self._from_anywhere = sandbox, api, seed, from_anywhere

    def routes(self) -> list[Route]:
        table: Handlers = {
            **state.handlers(self._sandbox, self._api, self._seed),
            **accounts.handlers(self._sandbox),
            **api_calls.handlers(self._api),
            **payments.handlers(self._sandbox),
            **webhooks.handlers(self._sandbox),
            # Last, because its path matches the others' too.
            **objects.handlers(self._sandbox),
        }
        return [
            Route(f"/_sandbox{path}", self._wrap(handler), methods=[method])
            for (method, path), handler in table.items()
        ]

    def _wrap(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def call(request: Request) -> Response:
            if not allowed(request, self._from_anywhere):
                return JSONResponse({"error": "control calls are answered to this machine only"}, 403)
            try:
                answer = await handler(request, await read_json(request))
            except ControlError as error:
                return JSONResponse({"error": str(error)}, error.status)
            except ValidationError as error:
                return JSONResponse({"error": str(error)}, 400)
            except StripeError as error:
                return JSONResponse({"error": str(error), "stripe": error.body}, 400)
            finally:
                self._sandbox.flush()
            return JSONResponse(answer)

        return call
