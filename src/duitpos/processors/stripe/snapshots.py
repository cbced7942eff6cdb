"""Stripe's objects as our snapshots. Pure: plain JSON values in, frozen values out.

`Incomplete` is raised for an object that lacks what we need; an event with such an object is only a hint (M11).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from duitpos.kit.clean_text import cut, storable, whole
from duitpos.kit.money import Money
from duitpos.processors.base import (
    Correlation,
    Decline,
    PaymentSnapshot,
    RefundSnapshot,
    RefundState,
    SnapshotState,
)
from duitpos.processors.stripe.amounts import AmountNotExact, from_stripe

Json = Mapping[str, Any]

# What our columns hold. An id or an address that is longer is dropped, since a part of it is wrong; words are cut.
REFERENCE, EMAIL, ADDRESS = 80, 254, 8000
CODE, DETAIL, WORDS = 60, 120, 300
LAST_YEAR = 3000
"""Later instants are nonsense, and the end of the calendar cannot be shown in every time zone."""


class Incomplete(ValueError):
    """A field that we need is missing or of another type."""


def text_of(thing: Json, name: str) -> str:
    """A text that must be there. Incomplete."""
    value = thing.get(name)
    if not isinstance(value, str) or not value or storable(value) != value:
        raise Incomplete(name)
    return value


def own_id(thing: Json) -> str:
    """The id that it must have. Incomplete."""
    found = id_of(thing)
    if not found:
        raise Incomplete("id")
    return found


def id_of(value: Any) -> str:
    """The id of something that is an id, an expanded object, or nothing."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return whole(value, REFERENCE)


def object_of(value: Any) -> Json:
    """An expanded object; empty when it is only an id or nothing."""
    return value if isinstance(value, Mapping) else {}


def time_of(value: Any) -> datetime | None:
    """An instant from Unix seconds."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    try:
        at = datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):  # no year that a calendar has
        return None
    return at if at.year <= LAST_YEAR else None


def correlation_of(thing: Json) -> Correlation | None:
    """What we wrote into it; None when no DuitPOS made it."""
    metadata = object_of(thing.get("metadata"))
    parts = [metadata.get(name) for name in ("installation", "tenant", "payment")]
    texts = [part for part in parts if isinstance(part, str) and part]
    return Correlation(*texts) if len(texts) == len(parts) else None


def metadata_of(correlation: Correlation) -> dict[str, str]:
    """The counterpart of `mark_of`."""
    return {
        "installation": correlation.installation,
        "tenant": correlation.tenant,
        "payment": correlation.payment,
    }


def money_of(thing: Json, amount: str, currency: str = "currency") -> Money | None:
    """An amount; None when it has no exact counterpart here, which then differs from whatever was asked. Incomplete."""
    value, code = thing.get(amount), text_of(thing, currency)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Incomplete(amount)
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise Incomplete(currency)
    try:
        return from_stripe(value, code)
    except AmountNotExact:
        return None


def session_snapshot(session: Json, *, failed: bool = False, at: datetime | None = None) -> PaymentSnapshot:
    """A checkout session, with `payment_intent.latest_charge` expanded where it was fetched.

    `failed`: it comes in the event that says so; the session itself looks the same as one still processing (M1).
    `at`: when the event happened, for a session without its charge. Incomplete.
    """
    intent = object_of(session.get("payment_intent"))
    charge = object_of(intent.get("latest_charge"))
    state = SnapshotState.FAILED if failed else _state(session, intent)
    paid = state == SnapshotState.PAID
    live = session.get("livemode")
    if not isinstance(live, bool) or not isinstance(session.get("metadata"), Mapping | None):
        raise Incomplete("livemode, metadata")
    refused = _decline_of_charge(charge, intent)
    return PaymentSnapshot(
        reference=own_id(session),
        state=state,
        amount=money_of(session, "amount_total"),
        is_live=live,
        correlation=correlation_of(session),
        intent_reference=id_of(session.get("payment_intent")),
        charge_reference=id_of(intent.get("latest_charge")) if paid else "",
        url=whole(session.get("url"), ADDRESS),
        paid_at=(time_of(charge.get("created")) or at) if paid else None,
        acted_at=_acted_at(session, intent, charge, at) if status_is_complete(session) else None,
        method=_method_of_payment(session, charge) if paid else {},
        guest_email=_email(session),
        declines=(refused,) if refused else (),
        failure=_failure(intent) if state == SnapshotState.FAILED else "",
    )


def status_is_complete(session: Json) -> bool:
    """Whether the guest has done everything on the session's page."""
    return session.get("status") == "complete"


def _acted_at(session: Json, intent: Json, charge: Json, at: datetime | None) -> datetime | None:
    """The charge is made when the guest confirms, except for money that is sent later, such as a bank transfer. A page
    can only be completed before it expires, so what is later than that was begun with the intent, or before the end."""
    expires = time_of(session.get("expires_at"))
    made = time_of(charge.get("created")) or (None if intent else at)
    if made is None or (expires is not None and made > expires):
        return time_of(intent.get("created")) or expires
    return made


def _state(session: Json, intent: Json) -> SnapshotState:
    status, money = text_of(session, "status"), text_of(session, "payment_status")
    if status == "open":
        return SnapshotState.OPEN
    if status == "expired":
        return SnapshotState.EXPIRED
    if status != "complete":
        raise Incomplete("status")
    if money == "paid":
        return SnapshotState.PAID
    if money == "no_payment_required":
        return SnapshotState.FREE
    if money != "unpaid":
        raise Incomplete("payment_status")
    # Complete and unpaid is the same for "on its way" and "will never come": only the intent knows (M1).
    over = intent.get("status") in ("requires_payment_method", "canceled")
    return SnapshotState.FAILED if over else SnapshotState.PROCESSING


def _failure(intent: Json) -> str:
    error = object_of(intent.get("last_payment_error"))
    return cut(error.get("message") or error.get("code"), WORDS)


def _email(session: Json) -> str:
    details = object_of(session.get("customer_details"))
    return whole(details.get("email") or session.get("customer_email"), EMAIL)


def _method_of_payment(session: Json, charge: Json) -> dict[str, str]:
    method = method_of(object_of(charge.get("payment_method_details")))
    statement = charge.get("calculated_statement_descriptor")
    if method and isinstance(statement, str):
        method["statement"] = cut(statement, DETAIL)  # an FPX receipt must show it
    shown = object_of(session.get("presentment_details"))
    if shown:  # what the guest's bank was charged, where it was converted: a detail, never compared (M30)
        amount, currency = shown.get("presentment_amount"), shown.get("presentment_currency")
        method["presentment"] = cut(f"{amount} {currency}", DETAIL)
    return method


def method_of(details: Json) -> dict[str, str]:
    """For people: kind, brand, last4, wallet, bank, transaction_id; only what is known."""
    kind = details.get("type")
    if not isinstance(kind, str):
        return {}
    of_kind = object_of(details.get(kind))
    found = {
        "kind": kind,
        "brand": of_kind.get("brand"),
        "last4": of_kind.get("last4"),
        "country": of_kind.get("country"),
        "funding": of_kind.get("funding"),
        "wallet": object_of(of_kind.get("wallet")).get("type"),
        "bank": of_kind.get("bank") or of_kind.get("bank_name"),
        "transaction_id": of_kind.get("transaction_id"),
    }
    return {name: text for name, value in found.items() if (text := cut(value, DETAIL))}


def _decline_of_charge(charge: Json, intent: Json) -> Decline | None:
    """The last try, where it was refused. Its reference is the one that the event of it carries, too."""
    at = time_of(charge.get("created"))
    if charge.get("status") != "failed" or at is None:
        return None
    error = object_of(intent.get("last_payment_error"))
    outcome = object_of(charge.get("outcome"))
    return Decline(
        reference=id_of(charge),
        at=at,
        code=cut(charge.get("failure_code") or error.get("code"), CODE),
        decline_code=cut(error.get("decline_code") or outcome.get("reason"), CODE),
        message=cut(error.get("message") or charge.get("failure_message"), WORDS),
        method=method_of(object_of(charge.get("payment_method_details"))),
    )


def intent_decline(intent: Json, at: datetime) -> Decline | None:
    """The refused try of a `payment_intent.payment_failed` event; None when the intent does not tell it."""
    error = object_of(intent.get("last_payment_error"))
    if not error:
        return None
    method = object_of(error.get("payment_method"))
    # A bank's page that was left makes no charge: then the method, made anew for every try, tells tries apart.
    tried = id_of(error.get("charge")) or id_of(intent.get("latest_charge")) or id_of(method)
    return Decline(
        reference=tried or f"{id_of(intent)}/{int(at.timestamp())}",
        at=at,
        code=cut(error.get("code"), CODE),
        decline_code=cut(error.get("decline_code"), CODE),
        message=cut(error.get("message"), WORDS),
        method=method_of(method),
    )


_REFUND_STATES = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.CANCELED,
}


def refund_snapshot(refund: Json) -> RefundSnapshot:
    """A refund, ours or made at Stripe's dashboard. Incomplete."""
    state = _REFUND_STATES.get(text_of(refund, "status"))
    amount = money_of(refund, "amount")
    if state is None or amount is None:
        raise Incomplete("status, amount")
    metadata = object_of(refund.get("metadata"))
    return RefundSnapshot(
        reference=own_id(refund),
        state=state,
        amount=amount,
        our_refund=whole(metadata.get("refund"), REFERENCE),
        failure=cut(refund.get("failure_reason"), WORDS),
        reason=cut(metadata.get("reason") or refund.get("reason"), WORDS),
    )
