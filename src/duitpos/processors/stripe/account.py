"""A key's account and permissions (docs/money-path.md: M25)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import stripe

from duitpos.kit.clean_text import cut, whole
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts, facts
from duitpos.processors.base import AccountFacts
from duitpos.processors.credentials import AccountWarning, Mode
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.stripe.credentials import is_restricted, mode_of
from duitpos.processors.stripe.errors import translated
from duitpos.processors.stripe.snapshots import Json, object_of, own_id

CLOCK_DIFFERENCE = 120
"""Seconds between our clock and Stripe's that cause a warning. Above 300, we reject deliveries."""


_ACCOUNT_ID = re.compile(r"\bacct_[A-Za-z0-9]+")
# Stripe checks permission before existence. So a call with an id that cannot exist tests the permission without effect:
# 404 means that the key may make the call.
_NOWHERE = "DuitPOSChecksThisKey"


def account_facts(client: stripe.StripeClient, secret_key: str) -> AccountFacts:
    """Fetch a key's account. Raises ProcessorError; KEY_REFUSED when the key cannot take payments.

    A restricted key may lack the permission to read its account and still suffice for payments. Then name and country
    are empty; the id comes from Stripe's error message, if it is there.
    """
    try:
        with translated():
            account = client.v1.accounts.retrieve_current()
            found = _facts(account.to_dict(), mode_of(secret_key), _clock_warnings(account))
    except ProcessorError as error:
        if not (error.failure == Failure.NOT_PERMITTED and is_restricted(secret_key)):
            raise
        if not _may_take_payments(client, secret_key):
            raise
        named = _ACCOUNT_ID.search(error.said)
        found = AccountFacts(
            external_id=named[0] if named else "",
            name="",
            country="",
            currency="",
            mode=mode_of(secret_key),
            can_charge=True,
            warnings=(facts(AccountWarning.ACCOUNT_UNNAMED),),
        )
    if not is_restricted(secret_key):
        return found
    return replace(found, warnings=(*found.warnings, *_narrow_warnings(client, secret_key)))


def _facts(account: Json, mode: Mode | None, warnings: tuple[Facts, ...]) -> AccountFacts:
    dashboard = object_of(object_of(account.get("settings")).get("dashboard"))
    profile = object_of(account.get("business_profile"))
    can_charge = account.get("charges_enabled") is True
    if not can_charge:
        warnings = (*warnings, facts(AccountWarning.CANNOT_CHARGE))
    return AccountFacts(
        external_id=own_id(account),
        name=cut(dashboard.get("display_name") or profile.get("name") or account.get("email"), 120),
        country=whole(account.get("country"), 2),
        currency=whole(account.get("default_currency"), 3).upper(),
        mode=mode,
        can_charge=can_charge,
        warnings=warnings,
    )


def _may_take_payments(client: stripe.StripeClient, secret_key: str) -> bool:
    reference = f"cs_{mode_of(secret_key) or Mode.TEST}_{_NOWHERE}"
    return _may(lambda: client.v1.checkout.sessions.expire(reference))


def _narrow_warnings(client: stripe.StripeClient, secret_key: str) -> tuple[Facts, ...]:
    """Warnings for the permissions we need that a restricted key lacks."""
    refund: Any = {"payment_intent": f"pi_{_NOWHERE}"}
    events: Any = {"limit": 1}
    checks: tuple[tuple[Callable[[], bool], AccountWarning], ...] = (
        (lambda: _may_take_payments(client, secret_key), AccountWarning.MAY_NOT_TAKE_PAYMENTS),
        (lambda: _may(lambda: client.v1.refunds.create(params=refund)), AccountWarning.MAY_NOT_REFUND),
        (lambda: _may(lambda: client.v1.events.list(params=events)), AccountWarning.MAY_NOT_LIST_EVENTS),
    )
    return tuple(facts(warning) for may, warning in checks if not may())


def _may(call: Callable[[], object]) -> bool:
    try:
        with translated():
            call()
    except ProcessorError as error:
        if error.is_about_key:
            return False
        if error.failure not in (Failure.NOT_FOUND, Failure.REFUSED):
            raise
    return True


def _clock_warnings(account: Any) -> tuple[Facts, ...]:
    response = getattr(account, "last_response", None)
    theirs = _read_date(response.headers.get("Date") if response is not None else None)
    if theirs is None:
        return ()
    difference = int((now() - theirs).total_seconds())
    if abs(difference) < CLOCK_DIFFERENCE:
        return ()
    return (facts(AccountWarning.CLOCK_DIFFERS, seconds=abs(difference)),)


def _read_date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
