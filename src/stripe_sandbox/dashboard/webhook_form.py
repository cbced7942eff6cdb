"""Developers > Webhooks: add an endpoint, and update one."""

from pydantic import ValidationError
from starlette.responses import Response

from stripe_sandbox import API_VERSION
from stripe_sandbox.actions.webhook_endpoints import create_endpoint, update_endpoint
from stripe_sandbox.dashboard.context import Context, Routes
from stripe_sandbox.dashboard.event_types import event_groups
from stripe_sandbox.errors import StripeError
from stripe_sandbox.params.webhook_endpoints import CreateEndpoint, UpdateEndpoint
from stripe_sandbox.store import Json, Record


def _form(context: Context, endpoint: Record | None, typed: Json, errors: dict[str, str]) -> Response:
    return context.page(
        "webhook_form",
        "webhooks",
        "Update details" if endpoint else "Add endpoint",
        422 if errors else 200,
        endpoint=endpoint,
        typed=typed,
        errors=errors,
        groups=event_groups(),
        versions=_versions(context),
    )


def _versions(context: Context) -> list[str]:
    """The account's API version, which is used when none is chosen, and the newest."""
    own = str(context.sandbox.accounts.get(context.scope.account or None).extra["api_version"])
    return [own, *([API_VERSION] if own != API_VERSION else [])]


def _typed(context: Context) -> Json:
    events = [str(item) for item in context.form.getlist("events")]
    return {
        "url": context.text("url"),
        "description": context.text("description"),
        "events": ["*"] if "*" in events else events,
        "version": context.text("version"),
    }


def _params(typed: Json) -> Json:
    """The parameters of Stripe's call."""
    events = {str(place): name for place, name in enumerate(typed["events"])}
    return {"url": typed["url"], "description": typed["description"], "enabled_events": events}


def _errors(error: ValidationError) -> dict[str, str]:
    """One message for each field that is wrong."""
    found: dict[str, str] = {}
    for part in error.errors():
        name = str(part["loc"][0]) if part["loc"] else "url"
        field = {"enabled_events": "events", "api_version": "version"}.get(name, name)
        found[field] = {
            "url": "Not a valid URL. Enter the whole address, starting with http:// or https://.",
            "events": "Select at least one event.",
        }.get(field, str(part["msg"]))
    return found


def new_endpoint(context: Context) -> Response:
    return _form(context, None, {"url": "", "description": "", "events": [], "version": ""}, {})


def add_endpoint(context: Context) -> Response:
    typed = _typed(context)
    params = _params(typed) | ({"api_version": typed["version"]} if typed["version"] else {})
    if not params["description"]:
        del params["description"]
    try:
        ask = CreateEndpoint.model_validate(params)
        endpoint = create_endpoint(context.sandbox, context.scope, ask)
    except ValidationError as error:
        return _form(context, None, typed, _errors(error))
    except StripeError as error:
        return _form(context, None, typed, {"url": str(error)})
    return context.go(f"/webhooks/{endpoint.id}", "endpoint-added")


def edit_endpoint(context: Context) -> Response:
    endpoint = context.find("endpoint", context.part("id"))
    typed = {
        "url": endpoint.obj["url"],
        "description": endpoint.obj["description"] or "",
        "events": endpoint.obj["enabled_events"],
        "version": "",
    }
    return _form(context, endpoint, typed, {})


def save_endpoint(context: Context) -> Response:
    endpoint = context.find("endpoint", context.part("id"))
    typed = _typed(context)
    try:
        ask = UpdateEndpoint.model_validate(_params(typed))
    except ValidationError as error:
        return _form(context, endpoint, typed, _errors(error))
    update_endpoint(context.sandbox, endpoint, ask)
    return context.go(f"/webhooks/{endpoint.id}", "endpoint-saved")


ROUTES: Routes = {
    ("GET", "/webhooks/create"): new_endpoint,
    ("POST", "/webhooks/create"): add_endpoint,
    ("GET", "/webhooks/{id}/edit"): edit_endpoint,
    ("POST", "/webhooks/{id}/edit"): save_endpoint,
}
