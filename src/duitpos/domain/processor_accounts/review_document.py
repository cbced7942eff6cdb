"""The stored answer of a review: the processor's facts about an account, as a JSON document and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeVar

import structlog

from duitpos.kit.facts import Facts, plain
from duitpos.models import AccountHealth
from duitpos.processors.account import (
    MethodState,
    PaymentMethod,
    Permission,
    Requirement,
    Restriction,
    Right,
    Urgency,
)
from duitpos.processors.base import AccountFacts
from duitpos.processors.credentials import Mode

log = structlog.get_logger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Review:
    """What the processor told, and whether another restaurant of this installation uses the same account."""

    facts: AccountFacts
    is_shared: bool


def document_of(review: Review) -> Facts:
    """Return the review as it is stored."""
    return plain({**asdict(review.facts), "is_shared": review.is_shared})


def review_of(health: AccountHealth) -> Review | None:
    """Return the last review's answer; None before the first, or when another version stored it otherwise."""
    if not health.review:
        return None
    try:
        return Review(_facts(health.review), health.review["is_shared"] is True)
    except (KeyError, TypeError, ValueError):
        log.warning("review_not_read", account=str(health.account_id))
        return None


def _facts(stored: Mapping[str, Any]) -> AccountFacts:
    read: dict[str, Callable[[Any], Any]] = {
        "mode": _if_told(Mode),
        "restriction": _if_told(Restriction),
        "requirements": _each(_requirement),
        "methods": _each(_method),
        "missing": _each(_permission),
        "expires_at": _if_told(datetime.fromisoformat),
    }
    names = AccountFacts.__dataclass_fields__
    return AccountFacts(
        **{name: read[name](stored[name]) if name in read else stored[name] for name in names}
    )


def _if_told(read: Callable[[str], T]) -> Callable[[Any], T | None]:
    return lambda value: read(value) if value else None


def _each(read: Callable[[Mapping[str, Any]], T]) -> Callable[[Any], tuple[T, ...] | None]:
    return lambda values: None if values is None else tuple(read(one) for one in values)


def _requirement(stored: Mapping[str, Any]) -> Requirement:
    due_at = _if_told(datetime.fromisoformat)(stored["due_at"])
    return Requirement(stored["name"], Urgency(stored["urgency"]), due_at, stored["said"])


def _method(stored: Mapping[str, Any]) -> PaymentMethod:
    state, currencies = MethodState(stored["state"]), tuple(stored["currencies"])
    return PaymentMethod(stored["name"], stored["label"], state, currencies)


def _permission(stored: Mapping[str, Any]) -> Permission:
    return Permission(Right(stored["right"]), stored["name"], stored["label"])
