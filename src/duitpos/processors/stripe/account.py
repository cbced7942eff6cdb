"""A key's account, and what the key may do (docs/money-path.md: M25)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import stripe

from duitpos.kit.clean_text import whole
from duitpos.kit.clock import now
from duitpos.processors.account import Right
from duitpos.processors.base import AccountFacts
from duitpos.processors.credentials import Mode
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.stripe.account_object import NAME, facts_of
from duitpos.processors.stripe.credentials import is_restricted, mode_of
from duitpos.processors.stripe.errors import translated
from duitpos.processors.stripe.permissions import NEEDED, lacked_rights, may_take_payments

_ACCOUNT_ID = re.compile(r"\bacct_[A-Za-z0-9]+")


def account_facts(client: stripe.StripeClient, secret_key: str) -> AccountFacts:
    """Fetch a key's account. Raises ProcessorError; NOT_PERMITTED when a restricted key cannot take payments either.

    A restricted key may lack the permission to read its account and still suffice for payments. Then name and country
    are empty; the id comes from Stripe's error message, if it is there.
    """
    try:
        with translated():
            account = client.v1.accounts.retrieve_current()
            found = replace(facts_of(account.to_dict()), clock_ahead=_clock_ahead(account))
    except ProcessorError as error:
        if not (error.failure == Failure.NOT_PERMITTED and is_restricted(secret_key)):
            raise
        if not may_take_payments(client, _mode(secret_key)):
            raise
        found = _unread(error)
    return replace(found, mode=mode_of(secret_key), is_too_wide=not is_restricted(secret_key))


def account_review(client: stripe.StripeClient, secret_key: str) -> AccountFacts:
    """Fetch a key's account, the rights that a restricted key lacks, and the version of its events."""
    found = account_facts(client, secret_key)
    version = _event_version(client, is_needed=is_restricted(secret_key))
    if not is_restricted(secret_key):
        return replace(found, event_version=version or "", missing=())
    refused = set(lacked_rights(client, _mode(secret_key)))
    if version is None:
        refused.add(Right.LIST_EVENTS)
    # Only an account that the key may not read has no country.
    if not found.country:
        refused.add(Right.READ_ACCOUNT)
    missing = tuple(one for one in NEEDED if one.right in refused)
    return replace(found, event_version=version or "", missing=missing)


def _mode(secret_key: str) -> Mode:
    return mode_of(secret_key) or Mode.TEST


def _unread(error: ProcessorError) -> AccountFacts:
    """What is known of an account that the key may not read."""
    named = _ACCOUNT_ID.search(error.said)
    return AccountFacts(
        external_id=named[0] if named else "", name="", country="", currency="", mode=None, can_charge=True
    )


def _event_version(client: stripe.StripeClient, *, is_needed: bool) -> str | None:
    """The API version of the newest event; empty for none. None when the key may not list events.

    With a full key the version is only good to know: an error then counts as no event.
    """
    params: Any = {"limit": 1}
    try:
        with translated():
            events = client.v1.events.list(params=params).data
            return whole(events[0].to_dict().get("api_version"), NAME) if events else ""
    except ProcessorError as error:
        if error.is_about_key or not is_needed:
            return None
        raise


def _clock_ahead(account: Any) -> int | None:
    response = getattr(account, "last_response", None)
    theirs = _read_date(response.headers.get("Date") if response is not None else None)
    return None if theirs is None else int((now() - theirs).total_seconds())


def _read_date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
