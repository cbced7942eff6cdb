"""The dashboard's routes, and the rules that hold for all of them: who may enter, and what an error looks like."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import stripe_sandbox.pages
from stripe_sandbox.access import allowed
from stripe_sandbox.api.handler import Api
from stripe_sandbox.dashboard import (
    controls,
    home,
    key_pages,
    log_pages,
    payment_pages,
    refund_form,
    webhook_form,
    webhook_pages,
)
from stripe_sandbox.dashboard.context import Context, Handler, Routes, Sample, choose_scope, chosen_scope
from stripe_sandbox.errors import ControlError, StripeError
from stripe_sandbox.pages.render import page
from stripe_sandbox.sandbox import Sandbox

_ASSETS = Path(stripe_sandbox.pages.__file__).parent / "templates" / "dashboard"


class Dashboard:
    """Pages (GET) and what their forms do (POST); a form that worked redirects to a page."""

    def __init__(self, sandbox: Sandbox, api: Api, from_anywhere: bool, sample: Sample) -> None:
        self._sandbox, self._api, self._from_anywhere, self._sample = sandbox, api, from_anywhere, sample

    def routes(self) -> list[Route]:
        table: Routes = {
            ("POST", "/account"): choose_scope,
            **home.ROUTES,
            **payment_pages.ROUTES,
            **refund_form.ROUTES,
            **key_pages.ROUTES,
            **webhook_form.ROUTES,
            **webhook_pages.ROUTES,
            **log_pages.ROUTES,
            **controls.ROUTES,
        }
        return [
            Route("/assets/dashboard.css", _asset("dashboard.css", "text/css")),
            Route("/assets/dashboard.js", _asset("dashboard.js", "text/javascript")),
            Route("/", self._wrap(home.show_home)),
            *(
                Route(f"/dashboard{path}", self._wrap(handler), methods=[method])
                for (method, path), handler in table.items()
            ),
            Route("/dashboard/{rest:path}", self._wrap(_missing)),
        ]

    def _wrap(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            if not allowed(request, self._from_anywhere):
                return page("missing.html", 403)
            form = await request.form() if request.method == "POST" else FormData()
            scope = chosen_scope(request, self._sandbox)
            context = Context(request, self._sandbox, self._api, self._sample, scope, form)
            try:
                return handler(context)
            except (StripeError, ControlError) as error:
                return _refused(context, error.status, str(error))
            except ValidationError as error:
                return _refused(context, 400, "; ".join(str(part["msg"]) for part in error.errors()))
            finally:
                self._sandbox.flush()

        return answer


def _refused(context: Context, status: int, problem: str) -> Response:
    """A page that names the problem, with the way back."""
    return context.page("problem", "", "This did not work", status, problem=problem)


def _missing(context: Context) -> Response:
    return context.page(
        "problem", "", "Nothing here", 404, problem="There is no such page. Check the address."
    )


def _asset(name: str, media_type: str) -> Callable[[Request], Awaitable[Response]]:
    content = (_ASSETS / name).read_text()

    async def answer(request: Request) -> Response:
        return Response(content, media_type=media_type, headers={"Cache-Control": "max-age=60"})

    return answer
