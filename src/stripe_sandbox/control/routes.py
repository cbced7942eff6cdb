"""The control API under `/_sandbox/`: what a test may look at and turn. README.md is its contract."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stripe_sandbox.api.expand import api_object
from stripe_sandbox.api.faults import Fault
from stripe_sandbox.api.handler import Api
from stripe_sandbox.control import money, webhooks
from stripe_sandbox.control.body import Idle, MoveClock, Since, read_json
from stripe_sandbox.errors import ControlError, StripeError
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.settings import Settings
from stripe_sandbox.store import Json

LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1", "localhost")

Handler = Callable[[Request, Json], Awaitable[Any]]

# Path word → kind of record.
KINDS = {
    "sessions": "session",
    "payment_intents": "payment_intent",
    "charges": "charge",
    "refunds": "refund",
    "disputes": "dispute",
    "balance_transactions": "balance_transaction",
    "endpoints": "endpoint",
    "events": "event",
}


def allowed(request: Request, anywhere: bool) -> bool:
    """Whether a client may control: from this machine, under its own name, and not sent by another site's page."""
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        return False
    if anywhere:
        return True
    # The name is looked at too: a foreign site may let its own name point to this machine.
    here = request.url.hostname in LOOPBACK
    return here and (request.client is None or request.client.host in LOOPBACK)


class Control:
    """All control calls; those about money and webhooks have their own modules."""

    def __init__(self, sandbox: Sandbox, api: Api, seed: Callable[[], None], anywhere: bool) -> None:
        self._sandbox, self._api, self._seed, self._anywhere = sandbox, api, seed, anywhere

    def routes(self) -> list[Route]:
        payments = money.handlers(self._sandbox)
        hooks = webhooks.handlers(self._sandbox)
        own: dict[tuple[str, str], Handler] = {
            ("GET", "/health"): self._health,
            ("POST", "/reset"): self._reset,
            ("POST", "/idle"): self._idle,
            ("GET", "/settings"): self._settings,
            ("POST", "/settings"): self._change_settings,
            ("GET", "/clock"): self._clock,
            ("POST", "/clock"): self._move_clock,
            ("GET", "/accounts"): self._accounts,
            ("POST", "/accounts"): self._create_account,
            ("POST", "/accounts/{id}"): self._change_account,
            ("POST", "/accounts/{id}/keys"): self._add_key,
            ("DELETE", "/keys/{id}"): self._revoke_key,
            ("POST", "/faults"): self._plan_fault,
            ("GET", "/faults"): self._faults,
            ("DELETE", "/faults"): self._clear_faults,
            ("GET", "/requests"): self._requests,
            ("DELETE", "/requests"): self._clear_requests,
        }
        table = {**own, **payments, **hooks, ("GET", "/{kind}"): self._objects}
        return [
            Route(f"/_sandbox{path}", self._wrap(handler), methods=[method])
            for (method, path), handler in table.items()
        ]

    def _wrap(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def call(request: Request) -> Response:
            if not allowed(request, self._anywhere):
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

    # -- life ----------------------------------------------------------------------------------------------

    async def _health(self, request: Request, body: Json) -> Json:
        return {"ok": True, "now": self._sandbox.clock.now(), "pid": os.getpid()}

    async def _reset(self, request: Request, body: Json) -> Json:
        box = self._sandbox
        box.age += 1
        box.deliveries.forget()
        box.store.clear()
        self._api.faults.clear()
        self._api.log.clear()
        box.clock.offset = 0
        _copy_settings(box.settings, Settings())
        box.timers.reload()
        box.deliveries.reload()
        self._seed()
        return {"ok": True}

    async def _idle(self, request: Request, body: Json) -> Json:
        return {"idle": await self._sandbox.deliveries.wait_idle(Idle.model_validate(body).timeout)}

    async def _settings(self, request: Request, body: Json) -> Json:
        return self._sandbox.settings.model_dump()

    async def _change_settings(self, request: Request, body: Json) -> Json:
        settings = self._sandbox.settings
        _copy_settings(settings, Settings.model_validate({**settings.model_dump(), **body}))
        self._sandbox.store.set_fact("settings", settings.model_dump())
        return settings.model_dump()

    # -- clock ---------------------------------------------------------------------------------------------

    async def _clock(self, request: Request, body: Json) -> Json:
        clock = self._sandbox.clock
        return {"now": clock.now(), "offset": clock.offset, "timers": self._sandbox.timers.pending()}

    async def _move_clock(self, request: Request, body: Json) -> Json:
        clock = self._sandbox.clock
        target = MoveClock.model_validate(body).target(clock.exact(), clock.offset)
        if target >= clock.exact():
            self._sandbox.timers.advance_to(target)
        else:
            clock.offset -= round(clock.exact() - target)
        return await self._clock(request, body)

    # -- accounts ------------------------------------------------------------------------------------------

    async def _accounts(self, request: Request, body: Json) -> Json:
        accounts = self._sandbox.accounts
        return {"data": [accounts.facts(record) for record in self._sandbox.store.all("account")]}

    async def _create_account(self, request: Request, body: Json) -> Json:
        accounts = self._sandbox.accounts
        return accounts.facts(accounts.create(body, self._sandbox.clock.now()))

    async def _change_account(self, request: Request, body: Json) -> Json:
        accounts = self._sandbox.accounts
        record = accounts.get(request.path_params["id"])
        accounts.change(record, body)
        return accounts.facts(record)

    async def _add_key(self, request: Request, body: Json) -> Json:
        accounts = self._sandbox.accounts
        record = accounts.get(request.path_params["id"])
        return accounts.add_key(record.id, body, self._sandbox.clock.now())

    async def _revoke_key(self, request: Request, body: Json) -> Json:
        self._sandbox.accounts.revoke(request.path_params["id"])
        return {"ok": True}

    # -- faults and log ------------------------------------------------------------------------------------

    async def _plan_fault(self, request: Request, body: Json) -> Json:
        fault = Fault.model_validate(body)
        self._api.faults.plan(fault)
        return fault.model_dump()

    async def _faults(self, request: Request, body: Json) -> Json:
        return {"data": [fault.model_dump() for fault in self._api.faults.all()]}

    async def _clear_faults(self, request: Request, body: Json) -> Json:
        self._api.faults.clear()
        return {"ok": True}

    async def _requests(self, request: Request, body: Json) -> Json:
        query = request.query_params
        since = Since.model_validate(dict(query)).since
        found = [
            entry
            for entry in self._api.log.since(since)
            if query.get("method", "").upper() in ("", entry["method"])
            and entry["target"].startswith(query.get("path", ""))
        ]
        return {"data": found, "last": self._api.log.last}

    async def _clear_requests(self, request: Request, body: Json) -> Json:
        self._api.log.clear()
        return {"ok": True}

    # -- objects -------------------------------------------------------------------------------------------

    async def _objects(self, request: Request, body: Json) -> Json:
        word, account = request.path_params["kind"], request.query_params.get("account")
        if word not in KINDS:
            raise ControlError(f"no such list: {word}", 404)
        data = []
        for record in self._sandbox.store.newest(KINDS[word]):
            if account in (None, record.account):
                shown = api_object(self._sandbox, record)
                data.append(webhooks.endpoint_facts(record) if record.kind == "endpoint" else shown)
        return {"data": data}


def _copy_settings(target: Settings, source: Settings) -> None:
    for name in Settings.model_fields:
        setattr(target, name, getattr(source, name))
