"""The HTTP request of one delivery: its body and its signed headers."""

import copy
import json

from stripe_sandbox.delivery.signature import signature_header
from stripe_sandbox.delivery.thin_event import thin_event
from stripe_sandbox.settings import Settings
from stripe_sandbox.store import Json, Record

USER_AGENT = "Stripe/1.0 (+https://stripe.com/docs/webhooks)"


def payload(event: Record, endpoint: Record, pending_webhooks: int) -> bytes:
    """The body for one endpoint: in its API version, without its dropped fields, indented as Stripe's; or thin."""
    if endpoint.extra.get("payload") == "thin":
        return json.dumps(thin_event(event.obj), ensure_ascii=False).encode()
    obj = copy.deepcopy(event.obj)
    obj["api_version"] = endpoint.extra.get("api_version") or obj["api_version"]
    obj["pending_webhooks"] = pending_webhooks
    for dotted in endpoint.extra.get("drop_fields", []):
        remove_field(obj["data"]["object"], dotted)
    return json.dumps(obj, indent=2, ensure_ascii=False).encode()


def sign(
    body: bytes, endpoint: Record, now: int, settings: Settings, tamper: str | None
) -> tuple[bytes, dict[str, str]]:
    """The body and its headers, signed with the endpoint's valid secrets; `tamper` is the part to spoil."""
    secrets = [s["secret"] for s in endpoint.extra["secrets"] if s["until"] is None or s["until"] > now]
    if tamper == "signature":
        secrets = ["whsec_somebody_else"]
    signed_at = now + settings.signature_skew
    if tamper == "timestamp":
        signed_at -= 3600
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": USER_AGENT,
        "Accept": "*/*; q=0.5, application/xml",
        "Cache-Control": "no-cache",
        "Stripe-Signature": signature_header(body, secrets, signed_at, settings.fake_v0),
    }
    if tamper == "missing":
        del headers["Stripe-Signature"]
    if tamper == "body":
        body = body.replace(b'"object": ', b'"object":  ', 1)
    return body, headers


def remove_field(obj: Json, dotted: str) -> None:
    """Remove `a.b.c` from a nested object, in place; a missing field is fine."""
    *path, last = dotted.split(".")
    for part in path:
        child = obj.get(part)
        if not isinstance(child, dict):
            return
        obj = child
    obj.pop(last, None)
