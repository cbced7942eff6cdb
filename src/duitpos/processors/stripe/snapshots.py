"""Convert Stripe's objects to our snapshots (docs/money-path.md: M1, M11, M30). Pure: JSON in, frozen values out.

An object that lacks a required field raises `Incomplete`; an event with such an object becomes a reduced event.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from duitpos.kit.clean_text import cut, storable, whole
from duitpos.kit.money import Money
from duitpos.processors.references import Correlation, References
from duitpos.processors.snapshots import Decline, PaymentSnapshot, RefundSnapshot, RefundState, SnapshotState
from duitpos.processors.start import Redirect
from duitpos.processors.stripe.amounts import AmountNotExact, from_stripe

Json = Mapping[str, Any]

# The lengths of our columns. A longer id or URL is dropped, because a part of it would be wrong; text is cut.
REFERENCE, EMAIL, ADDRESS = 80, 254, 8000
CODE, DETAIL, WORDS = 60, 120, 300
INTENT, CHARGE = "payment_intent", "charge"
"""The kinds of a payment's further references."""
LAST_YEAR = 3000
"""Later times are invalid; the calendar's last day also overflows in some time zones."""


class Incomplete(ValueError):
    """A required field is missing or has another type."""


def text_of(thing: Json, name: str) -> str:
    """A required text. Raises Incomplete."""
    value = thing.get(name)
    if not isinstance(value, str) or not value or storable(value) != value:
        raise Incomplete(name)
    return value


def own_id(thing: Json) -> str:
    """The object's required id. Raises Incomplete."""
    found = id_of(thing)
    if not found:
        raise Incomplete("id")
    return found


def id_of(value: Any) -> str:
    """The id from a field with an id, an expanded object or nothing; empty for nothing."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return whole(value, REFERENCE)


def object_of(value: Any) -> Json:
    """An expanded object; empty when it is only an id or nothing."""
    return value if isinstance(value, Mapping) else {}


def time_of(value: Any) -> datetime | None:
    """A UTC time from Unix seconds; None when invalid."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    try:
        at = datetime.fromtimestamp(value, UTC)
    # Out of the calendar's range.
    except (OverflowError, ValueError, OSError):
        return None
    return at if at.year <= LAST_YEAR else None


def correlation_of(thing: Json) -> Correlation | None:
    """Our ids in the object's metadata; None when no DuitPOS installation made it."""
    metadata = object_of(thing.get("metadata"))
    parts = [metadata.get(name) for name in ("installation", "tenant", "payment")]
    texts = [part for part in parts if isinstance(part, str) and part]
    return Correlation(*texts) if len(texts) == len(parts) else None


def metadata_of(correlation: Correlation) -> dict[str, str]:
    """The metadata that `correlation_of` reads."""
    return {
        "installation": correlation.installation,
        "tenant": correlation.tenant,
        "payment": correlation.payment,
    }


def money_of(thing: Json, amount: str, currency: str = "currency") -> Money | None:
    """Our amount; None when it has no exact equal here, so that it differs from any we requested. Raises Incomplete."""
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
    """Parse a checkout session, fetched with `payment_intent.latest_charge` expanded or from an event.

    `failed`: the event's type says that it failed; the session itself looks the same as one still processing.
    `at`: the event's time, used when the charge is not expanded. Raises Incomplete.
    """
    intent = object_of(session.get("payment_intent"))
    charge = object_of(intent.get("latest_charge"))
    state = SnapshotState.FAILED if failed else _state(session, intent)
    paid = state == SnapshotState.PAID
    live = session.get("livemode")
    if not isinstance(live, bool) or not isinstance(session.get("metadata"), Mapping | None):
        raise Incomplete("livemode, metadata")
    decline = _decline_of_charge(charge, intent)
    paid_charge = {CHARGE: id_of(intent.get("latest_charge"))} if paid else {}
    address = whole(session.get("url"), ADDRESS)
    return PaymentSnapshot(
        references=References.named(
            own_id(session), **{INTENT: id_of(session.get("payment_intent")), **paid_charge}
        ),
        state=state,
        amount=money_of(session, "amount_total"),
        is_live=live,
        correlation=correlation_of(session),
        next_step=Redirect(address) if address else None,
        paid_at=(time_of(charge.get("created")) or at) if paid else None,
        acted_at=_acted_at(session, intent, charge, at) if status_is_complete(session) else None,
        method=_method_of_payment(session, charge) if paid else {},
        guest_email=_email(session),
        declines=(decline,) if decline else (),
        failure=_failure(intent) if state == SnapshotState.FAILED else "",
    )


def status_is_complete(session: Json) -> bool:
    """Whether the guest has completed the session's page."""
    return session.get("status") == "complete"


def _acted_at(session: Json, intent: Json, charge: Json, at: datetime | None) -> datetime | None:
    """When the guest confirmed: the charge's time, unless the charge was made after the session expired.

    A page can only be completed before it expires. A later charge is for money sent later, such as a bank transfer:
    then the intent's creation, or else the expiry, is the time.
    """
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
    # A complete and unpaid session may be processing or failed: only the intent's status tells which.
    has_failed = intent.get("status") in ("requires_payment_method", "canceled")
    return SnapshotState.FAILED if has_failed else SnapshotState.PROCESSING


def _failure(intent: Json) -> str:
    error = object_of(intent.get("last_payment_error"))
    return cut(error.get("message") or error.get("code"), WORDS)


def _email(session: Json) -> str:
    details = object_of(session.get("customer_details"))
    return whole(details.get("email") or session.get("customer_email"), EMAIL)


def _method_of_payment(session: Json, charge: Json) -> dict[str, str]:
    method = method_of(object_of(charge.get("payment_method_details")))
    statement = charge.get("calculated_statement_descriptor")
    # An FPX receipt must show the statement descriptor.
    if method and isinstance(statement, str):
        method["statement"] = cut(statement, DETAIL)
    presentment = object_of(session.get("presentment_details"))
    # The amount after currency conversion, as the guest's bank was charged. Only for display: never compare it.
    if presentment:
        amount, currency = presentment.get("presentment_amount"), presentment.get("presentment_currency")
        method["presentment"] = cut(f"{amount} {currency}", DETAIL)
    return method


def method_of(details: Json) -> dict[str, str]:
    """For display: kind, brand, last4, country, funding, wallet, bank, transaction_id; unknown values are left out."""
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
    """The last charge, if it was declined. Its reference is the same as in the decline's event."""
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
    """The decline in a `payment_intent.payment_failed` event; None when the intent has no error."""
    error = object_of(intent.get("last_payment_error"))
    if not error:
        return None
    method = object_of(error.get("payment_method"))
    # If the guest left the bank's page, there is no charge; every try has a new payment method, so use its id.
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
    """Parse a refund, ours or made at Stripe's dashboard. Raises Incomplete."""
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
