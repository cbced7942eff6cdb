"""Read Stripe's Account object (docs/money-path.md: M25). Pure: JSON in, frozen values out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from duitpos.kit.clean_text import cut, whole
from duitpos.processors.account import MethodState, PaymentMethod, Requirement, Restriction, Urgency
from duitpos.processors.base import AccountFacts
from duitpos.processors.stripe.snapshots import Json, object_of, own_id, time_of

NAME, WORDS, MOST = 200, 300, 50
"""Characters of a code, characters of Stripe's words, and how many of a list are read."""

_LABELS = {
    "card": "Cards",
    "fpx": "FPX",
    "grabpay": "GrabPay",
    "link": "Link",
    "alipay": "Alipay",
    "wechat_pay": "WeChat Pay",
    "paynow": "PayNow",
    "promptpay": "PromptPay",
}
_CURRENCIES = {
    "fpx": ("MYR",),
    "grabpay": ("MYR", "SGD"),
    "paynow": ("SGD",),
    "promptpay": ("THB",),
}
"""The only currencies of methods that are common where restaurants use DuitPOS."""
_PAYMENTS = "_payments"
_NO_METHOD = frozenset({"legacy_payments"})
_RESTRICTIONS = {
    "requirements.past_due": Restriction.REQUIREMENTS,
    "action_required.requested_capabilities": Restriction.REQUIREMENTS,
    "requirements.pending_verification": Restriction.REVIEW,
    "under_review": Restriction.REVIEW,
}


def facts_of(account: Json) -> AccountFacts:
    """The account's facts, without those of the key. Raises Incomplete."""
    dashboard = object_of(object_of(account.get("settings")).get("dashboard"))
    profile = object_of(account.get("business_profile"))
    required = account.get("requirements")
    reason = whole(object_of(required).get("disabled_reason"), NAME)
    return AccountFacts(
        external_id=own_id(account),
        name=cut(dashboard.get("display_name") or profile.get("name") or account.get("email"), 120),
        country=whole(account.get("country"), 2),
        currency=whole(account.get("default_currency"), 3).upper(),
        mode=None,
        can_charge=account.get("charges_enabled") is True,
        is_set_up=_told(account, "details_submitted"),
        can_pay_out=_told(account, "payouts_enabled"),
        restriction=_restriction(reason),
        restriction_code=reason,
        requirements=_requirements(account) if isinstance(required, Mapping) else None,
        methods=_methods(account.get("capabilities")),
    )


def _told(account: Json, name: str) -> bool | None:
    value = account.get(name)
    return value if isinstance(value, bool) else None


def _restriction(reason: str) -> Restriction | None:
    if not reason:
        return None
    is_rejected = reason.startswith("rejected.")
    return Restriction.REJECTED if is_rejected else _RESTRICTIONS.get(reason, Restriction.OTHER)


def _requirements(account: Json) -> tuple[Requirement, ...]:
    """Each requirement once, by its most urgent list. Future ones have a deadline of their own."""
    now, future = object_of(account.get("requirements")), object_of(account.get("future_requirements"))
    found: dict[str, Requirement] = {}
    lists = (
        (now, "past_due", Urgency.PAST_DUE),
        (now, "currently_due", Urgency.DUE),
        (now, "pending_verification", Urgency.CHECKING),
        (future, "past_due", Urgency.DUE),
        (future, "currently_due", Urgency.LATER),
        (now, "eventually_due", Urgency.LATER),
        (future, "eventually_due", Urgency.LATER),
    )
    for source, name, urgency in lists:
        due_at = time_of(source.get("current_deadline")) if name == "currently_due" else None
        said = dict(_errors(source))
        for one in _names(source.get(name)):
            found.setdefault(one, Requirement(one, urgency, due_at, said.get(one, "")))
    return tuple(found.values())[:MOST]


def _names(value: Any) -> list[str]:
    names = value[:MOST] if isinstance(value, list) else []
    return [name for one in names if (name := whole(one, NAME))]


def _errors(source: Json) -> Iterator[tuple[str, str]]:
    errors = source.get("errors")
    for error in errors[:MOST] if isinstance(errors, list) else []:
        about = object_of(error)
        yield whole(about.get("requirement"), NAME), cut(about.get("reason"), WORDS)


def _methods(capabilities: Any) -> tuple[PaymentMethod, ...] | None:
    if not isinstance(capabilities, Mapping):
        return None
    states = {state.value: state for state in MethodState}
    known = {
        whole(name, NAME).removesuffix(_PAYMENTS): states[state]
        for name, state in capabilities.items()
        if name.endswith(_PAYMENTS) and name not in _NO_METHOD and state in states
    }
    # The methods that guests know come first.
    order = [name for name in _LABELS if name in known] + sorted(known.keys() - _LABELS.keys() - {""})
    return tuple(_method(name, known[name]) for name in order[:MOST])


def _method(name: str, state: MethodState) -> PaymentMethod:
    label = _LABELS.get(name) or name.replace("_", " ").capitalize()
    return PaymentMethod(name, label, state, _CURRENCIES.get(name, ()))
