"""Handle a call to `/v1` or `/v2`: authentication, planned faults, idempotency, then the operation."""

import asyncio
import json
import logging
import re
import time
from dataclasses import dataclass, field
from email.utils import formatdate

from starlette.requests import Request
from starlette.responses import Response

from stripe_sandbox import API_VERSION
from stripe_sandbox.accounts import Caller, forbidden, masked
from stripe_sandbox.api.connection_reset import abort
from stripe_sandbox.api.faults import Fault, Faults
from stripe_sandbox.api.idempotency import Idempotency, Stored
from stripe_sandbox.api.operations.operation import Call
from stripe_sandbox.api.operations.table import find_operation
from stripe_sandbox.api.request_log import RequestLog
from stripe_sandbox.errors import StripeError
from stripe_sandbox.ids import request_id
from stripe_sandbox.params.form import bracket_tree
from stripe_sandbox.params.read import read_params
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json

log = logging.getLogger(__name__)

LARGEST_BODY = 1_000_000

_LOGGED_HEADERS = (
    "authorization",
    "idempotency-key",
    "stripe-version",
    "content-type",
    "user-agent",
    "stripe-account",
)


class Dropped(Exception):
    """Reset the connection instead of answering."""


@dataclass
class Exchange:
    """One call and its answer."""

    request: Request
    body: str
    seq: int
    resets: int
    id: str = field(default_factory=request_id)
    caller: Caller | None = None
    fault: Fault | None = None
    fault_used: bool = False
    status: int = 0
    answer: Json = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    replayed: bool = False

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def path(self) -> str:
        # Not request.url.path, which loses a line break at the end of the path.
        return str(self.request.scope["path"])

    @property
    def key(self) -> str | None:
        """The Idempotency-Key; only POST has one."""
        return self.request.headers.get("idempotency-key") if self.method == "POST" else None

    @property
    def form(self) -> str:
        """The parameters: of GET and DELETE from the query, of POST from query and body."""
        query = str(self.request.url.query)
        return "&".join(part for part in (query, self.body) if part) if self.method == "POST" else query

    def set_answer(self, status: int, answer: Json) -> None:
        self.status, self.answer = status, answer


async def _body(request: Request) -> bytes | None:
    """The body, or None if it is too large."""
    size, parts = 0, []
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


class Api:
    """Answers every call below `/v1` and `/v2`, with its planned faults and the log of its calls."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.faults = Faults()
        self.log = RequestLog()
        self._idempotency = Idempotency(sandbox.store, sandbox.clock)

    async def __call__(self, request: Request) -> Response:
        body = await _body(request)
        text = "" if body is None else body.decode("utf-8", "replace")
        exchange = Exchange(request, text, self.log.next_seq(), self._sandbox.resets)
        started = time.monotonic()
        try:
            if body is None:
                exchange.set_answer(413, StripeError(413, "The request body is too large.").body)
                # The rest of the body was not read, so the connection cannot be used again.
                exchange.headers["Connection"] = "close"
            else:
                await self._answer(exchange)
            response = self._response(exchange)
        except Dropped:
            exchange.status = 0
            abort(request)
            response = Response(status_code=500)
        except Exception:
            # An error of the sandbox itself, in the form of Stripe's, so that a client's library can read it.
            log.exception("%s %s failed", exchange.method, exchange.path)
            error = StripeError(500, "An unknown error occurred.", type="api_error")
            exchange.set_answer(error.status, error.body)
            response = self._response(exchange)
        finally:
            if exchange.resets == self._sandbox.resets:
                self._log(exchange, started)
            self._sandbox.flush()
        return response

    async def _answer(self, exchange: Exchange) -> None:
        try:
            exchange.caller = self._sandbox.accounts.authenticate(
                exchange.request.headers.get("authorization"), self._sandbox.clock.now()
            )
            account = exchange.caller.scope.account
            now = self._sandbox.clock.now()
            exchange.fault = self.faults.find(exchange.method, exchange.path, account, now)
            await self._attempt(exchange, exchange.caller)
        except StripeError as error:
            exchange.set_answer(error.status, error.body)
            exchange.headers |= error.headers
        if exchange.fault is not None:
            await self._fault_after(exchange, exchange.fault)

    async def _attempt(self, exchange: Exchange, caller: Caller) -> None:
        """Replay the answer of the Idempotency-Key, or do the work and keep its answer."""
        exchange.caller = caller
        caller.request = {"id": exchange.id, "idempotency_key": exchange.key}
        self._version(exchange)
        fault = exchange.fault
        if fault is not None and fault.fault in ("rate_limit", "lock_timeout"):
            self._use_fault(exchange, fault)
            raise fault.error()
        if fault is not None and fault.before and fault.fault == "drop":
            self._use_fault(exchange, fault)
            raise Dropped
        if exchange.key is None:
            await self._work(exchange, caller)
            return
        tree = dict(bracket_tree(exchange.form))
        stored = self._idempotency.begin(caller.scope, exchange.key, exchange.path, tree)
        if stored is not None:
            exchange.set_answer(stored.status, stored.body)
            exchange.replayed = True
            exchange.headers["Original-Request"] = stored.request_id
            return
        try:
            await self._work(exchange, caller)
            keep = True
        except StripeError as error:
            keep = error.executed
            exchange.set_answer(error.status, error.body)
            exchange.headers |= error.headers
        finally:
            self._idempotency.end(caller.scope, exchange.key)
        if keep:
            answer = Stored(exchange.status, exchange.answer, exchange.id)
            self._idempotency.keep(caller.scope, exchange.key, exchange.path, tree, answer)
            self._sandbox.flush()

    async def _work(self, exchange: Exchange, caller: Caller) -> None:
        fault = exchange.fault
        if fault is not None and fault.before:
            self._use_fault(exchange, fault)
            if fault.fault == "hang":
                await asyncio.sleep(fault.seconds)
                if exchange.resets != self._sandbox.resets:
                    # The sandbox was reset meanwhile; this call belongs to the state before.
                    raise Dropped
            elif fault.fault == "error":
                raise fault.error()
            elif fault.fault == "garbage":
                return
        operation, object_id = find_operation(exchange.method, exchange.path)
        if not caller.may(operation.permission):
            raise forbidden(caller, operation.permission)
        params = read_params(operation.params, exchange.form)
        url = exchange.request.url
        call = Call(self._sandbox, caller, f"{url.scheme}://{url.netloc}", exchange.path, object_id)
        exchange.set_answer(200, operation.run(call, params))
        if fault is not None and fault.fault == "error" and not fault.before:
            self._use_fault(exchange, fault)
            raise fault.error()

    async def _fault_after(self, exchange: Exchange, fault: Fault) -> None:
        if fault.before:
            return
        if fault.fault == "hang":
            self._use_fault(exchange, fault)
            # The work is done and stored; only the answer is late.
            self._sandbox.flush()
            await asyncio.sleep(fault.seconds)
        elif fault.fault == "drop":
            self._use_fault(exchange, fault)
            raise Dropped

    def _use_fault(self, exchange: Exchange, fault: Fault) -> None:
        """Count the fault once it takes effect; a call that is refused or replayed first does not use it up."""
        if not exchange.fault_used:
            exchange.fault_used = True
            self.faults.count_down(fault)

    def _version(self, exchange: Exchange) -> None:
        version = exchange.request.headers.get("stripe-version")
        if version is None and exchange.caller is not None:
            account = self._sandbox.accounts.get(exchange.caller.scope.account)
            version = str(account.extra["api_version"])
        if version is None or not re.fullmatch(r"20\d\d-\d\d-\d\d(\.[a-z]+)?", version):
            raise StripeError(400, f"Invalid Stripe API version: {version}")
        exchange.headers["Stripe-Version"] = version

    def _response(self, exchange: Exchange) -> Response:
        sent_at = self._sandbox.clock.now() + self._sandbox.settings.date_skew
        headers = {
            "Date": formatdate(sent_at, usegmt=True),
            "Request-Id": exchange.id,
            "Cache-Control": "no-cache, no-store",
            **exchange.headers,
        }
        headers.setdefault("Stripe-Version", API_VERSION)
        if exchange.key:
            headers["Idempotency-Key"] = exchange.key
            headers.setdefault("Original-Request", exchange.id)
        if exchange.replayed:
            headers["Idempotent-Replayed"] = "true"
        if exchange.status == 409:
            headers.setdefault("Stripe-Should-Retry", "true")
        elif 400 <= exchange.status < 500:
            headers.setdefault("Stripe-Should-Retry", "false")
        exchange.headers = headers
        if exchange.fault is not None and exchange.fault.fault == "garbage":
            self._use_fault(exchange, exchange.fault)
            exchange.status = 200
            return Response("<html><body>Bad gateway</body></html>", 200, headers, media_type="text/html")
        content = json.dumps(exchange.answer, indent=2, ensure_ascii=False)
        return Response(content, exchange.status, headers, media_type="application/json")

    def _log(self, exchange: Exchange, started: float) -> None:
        request = exchange.request
        headers = {name: request.headers[name] for name in _LOGGED_HEADERS if name in request.headers}
        if "authorization" in headers:
            scheme, _, key = headers["authorization"].partition(" ")
            headers["authorization"] = f"{scheme} {masked(key)}"
        query = f"?{request.url.query}" if request.url.query else ""
        self.log.add(
            {
                "seq": exchange.seq,
                "at": self._sandbox.clock.now(),
                "account": exchange.caller.scope.account if exchange.caller else None,
                "method": exchange.method,
                "target": exchange.path + query,
                "headers": headers,
                "body": exchange.body,
                "status": exchange.status,
                "response": exchange.answer,
                "response_headers": exchange.headers,
                "replayed": exchange.replayed,
                "fault": exchange.fault.fault if exchange.fault and exchange.fault_used else None,
                "ms": round((time.monotonic() - started) * 1000),
            }
        )
