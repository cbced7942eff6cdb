"""Control calls about webhook endpoints, events and deliveries."""

import copy
from typing import Literal

from starlette.requests import Request

from stripe_sandbox.accounts import Scope
from stripe_sandbox.actions.events import make_event
from stripe_sandbox.actions.webhook_endpoints import create_endpoint, roll_secret, set_status
from stripe_sandbox.api.expand import api_object
from stripe_sandbox.control.body import Body, Handlers
from stripe_sandbox.control.foreign_objects import foreign_object
from stripe_sandbox.delivery.request import remove_field
from stripe_sandbox.delivery.rules import Rule
from stripe_sandbox.errors import ControlError
from stripe_sandbox.params.webhook_endpoints import plain_endpoint
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, Record

OBJECT_KINDS = ("session", "payment_intent", "charge", "refund", "dispute", "balance_transaction")


class NewEndpoint(Body):
    url: str
    secret: str | None = None
    enabled_events: list[str] = ["*"]
    api_version: str | None = None
    account: str | None = None
    livemode: bool = False
    payload: Literal["snapshot", "thin"] = "snapshot"


class EndpointChange(Body):
    url: str | None = None
    enabled_events: list[str] | None = None
    status: Literal["enabled", "disabled"] | None = None
    api_version: str | None = None
    drop_fields: list[str] | None = None


class Roll(Body):
    secret: str | None = None
    old_for_seconds: int = 86400


class NewEvent(Body):
    type: str
    object_id: str | None = None
    object: Json | None = None
    foreign: bool = False
    overrides: Json = {}
    remove: list[str] = []
    api_version: str | None = None
    created: int | None = None
    livemode: bool = False
    account: str | None = None
    force: bool = False
    deliver: bool = True


class Release(Body):
    order: Literal["fifo", "lifo", "parallel"] = "fifo"
    ids: list[str] | None = None
    types: list[str] | None = None


def endpoint_facts(record: Record) -> Json:
    """An endpoint with its secrets and the sandbox's own settings of it."""
    return {**copy.deepcopy(record.obj), "account": record.account, **copy.deepcopy(record.extra)}


def delivery_facts(record: Record) -> Json:
    return {"id": record.id, "account": record.account, **copy.deepcopy(record.extra)}


def merge(target: Json, changes: Json) -> None:
    """Merge `changes` into `target`, in place and at every depth."""
    for name, value in changes.items():
        if isinstance(value, dict) and isinstance(target.get(name), dict):
            merge(target[name], value)
        else:
            target[name] = value


class WebhookControl:
    """Handlers of these calls."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def _find(self, kind: str, key: str) -> Record:
        record = self._sandbox.store.find(kind, key)
        if record is None:
            raise ControlError(f"no such {kind}: {key}", 404)
        return record

    # -- endpoints -----------------------------------------------------------------------------------------

    async def create(self, request: Request, body: Json) -> Json:
        ask = NewEndpoint.model_validate(body)
        scope = Scope(self._sandbox.accounts.get(ask.account).id, ask.livemode)
        params = plain_endpoint(ask.url, ask.enabled_events, ask.api_version)
        return endpoint_facts(create_endpoint(self._sandbox, scope, params, ask.secret, ask.payload))

    async def change(self, request: Request, body: Json) -> Json:
        ask, record = EndpointChange.model_validate(body), self._find("endpoint", request.path_params["id"])
        for name in ("url", "enabled_events"):
            if getattr(ask, name) is not None:
                record.obj[name] = getattr(ask, name)
        if ask.status is not None:
            set_status(record, ask.status)
        if "api_version" in ask.model_fields_set:
            record.obj["api_version"] = record.extra["api_version"] = ask.api_version
        if ask.drop_fields is not None:
            record.extra["drop_fields"] = ask.drop_fields
        self._sandbox.store.save(record)
        return endpoint_facts(record)

    async def roll(self, request: Request, body: Json) -> Json:
        ask, record = Roll.model_validate(body), self._find("endpoint", request.path_params["id"])
        roll_secret(self._sandbox, record, ask.secret, ask.old_for_seconds)
        return endpoint_facts(record)

    async def delete(self, request: Request, body: Json) -> Json:
        self._sandbox.store.remove(self._find("endpoint", request.path_params["id"]))
        return {"ok": True}

    async def endpoint_deliveries(self, request: Request, body: Json) -> Json:
        endpoint = self._find("endpoint", request.path_params["id"])
        found = [r for r in self._sandbox.store.newest("delivery") if r.extra["endpoint"] == endpoint.id]
        return {"data": [delivery_facts(record) for record in found]}

    async def resend_undelivered(self, request: Request, body: Json) -> Json:
        endpoint = self._find("endpoint", request.path_params["id"])
        if endpoint.obj["status"] != "enabled":
            raise ControlError("this endpoint is disabled; enable it first")
        deliveries = self._sandbox.deliveries
        events = [self._find("event", event) for event in deliveries.undelivered(endpoint.id)]
        sent = [delivery for event in events for delivery in deliveries.resend(event, endpoint.id)]
        return {"data": [delivery_facts(delivery) for delivery in sent]}

    # -- events --------------------------------------------------------------------------------------------

    async def make(self, request: Request, body: Json) -> Json:
        ask = NewEvent.model_validate(body)
        scope = Scope(self._sandbox.accounts.get(ask.account).id, ask.livemode)
        obj = self._object(ask, scope)
        merge(obj, ask.overrides)
        for dotted in ask.remove:
            remove_field(obj, dotted)
        record = make_event(self._sandbox, scope, ask.type, obj)
        if ask.api_version is not None:
            record.obj["api_version"] = ask.api_version
        if ask.created is not None:
            record.obj["created"] = ask.created
        if ask.deliver:
            self._sandbox.deliveries.dispatch(record, everywhere=ask.force)
        return api_object(self._sandbox, record)

    def _object(self, ask: NewEvent, scope: Scope) -> Json:
        if ask.object is not None:
            return copy.deepcopy(ask.object)
        if ask.foreign:
            return foreign_object(self._sandbox, ask.type, scope)
        for kind in OBJECT_KINDS:
            record = self._sandbox.store.find(kind, ask.object_id or "")
            if record is not None:
                return api_object(self._sandbox, record)
        raise ControlError("give object, foreign or the object_id of something here", 404)

    async def resend(self, request: Request, body: Json) -> Json:
        record = self._find("event", request.path_params["id"])
        sent = self._sandbox.deliveries.resend(record, body.get("endpoint"))
        return {"data": [delivery_facts(delivery) for delivery in sent]}

    # -- deliveries ----------------------------------------------------------------------------------------

    async def deliveries(self, request: Request, body: Json) -> Json:
        query = request.query_params
        wanted = {
            name: query[name] for name in ("state", "type", "event", "object", "endpoint") if name in query
        }
        found = [
            delivery_facts(record)
            for record in self._sandbox.store.newest("delivery")
            if all(record.extra[name] == value for name, value in wanted.items())
        ]
        return {"data": found}

    async def retry(self, request: Request, body: Json) -> Json:
        record = self._find("delivery", request.path_params["id"])
        self._sandbox.deliveries.retry(record)
        return delivery_facts(record)

    async def release(self, request: Request, body: Json) -> Json:
        ask = Release.model_validate(body)
        return {"released": self._sandbox.deliveries.release(ask.order, ask.ids, ask.types)}

    async def plan(self, request: Request, body: Json) -> Json:
        rule = Rule.model_validate(body)
        try:
            self._sandbox.deliveries.rules.plan(rule)
        except ValueError as error:
            raise ControlError(str(error)) from error
        return rule.model_dump()

    async def rules(self, request: Request, body: Json) -> Json:
        return {"data": [rule.model_dump() for rule in self._sandbox.deliveries.rules.all()]}

    async def clear(self, request: Request, body: Json) -> Json:
        return {"ok": True, "still_held": self._sandbox.deliveries.rules.clear()}


def handlers(sandbox: Sandbox) -> Handlers:
    """Control calls by method and path."""
    hooks = WebhookControl(sandbox)
    return {
        ("POST", "/endpoints"): hooks.create,
        ("POST", "/endpoints/{id}"): hooks.change,
        ("POST", "/endpoints/{id}/roll"): hooks.roll,
        ("DELETE", "/endpoints/{id}"): hooks.delete,
        ("GET", "/endpoints/{id}/deliveries"): hooks.endpoint_deliveries,
        ("POST", "/endpoints/{id}/resend"): hooks.resend_undelivered,
        ("POST", "/events"): hooks.make,
        ("POST", "/events/{id}/resend"): hooks.resend,
        ("GET", "/deliveries"): hooks.deliveries,
        ("POST", "/deliveries/rules"): hooks.plan,
        ("GET", "/deliveries/rules"): hooks.rules,
        ("DELETE", "/deliveries/rules"): hooks.clear,
        ("POST", "/deliveries/release"): hooks.release,
        ("POST", "/deliveries/{id}/retry"): hooks.retry,
    }
