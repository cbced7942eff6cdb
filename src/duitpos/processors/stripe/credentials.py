"""Check the form of a pasted key, without calling Stripe."""

from __future__ import annotations

import re
from enum import StrEnum

from duitpos.processors.base import CredentialField

SECRET_KEY, WEBHOOK_SECRET = "secret_key", "webhook_secret"

FIELDS = (
    CredentialField(SECRET_KEY, "Secret Key", "stripe_secret_key"),
    CredentialField(WEBHOOK_SECRET, "Webhook Secret", "stripe_webhook_secret", required=False),
)


class KeyProblem(StrEnum):
    """Why a text cannot be the credential it was pasted as."""

    BLANK_INSIDE = "blank_inside"
    SHORTENED = "shortened"
    PART_MISSING = "part_missing"
    PUBLISHABLE_KEY = "publishable_key"
    WEBHOOK_SECRET = "webhook_secret"
    ENDPOINT_ID = "endpoint_id"
    ACCOUNT_ID = "account_id"
    MANAGED_KEY = "managed_key"
    BROKEN_KEY = "broken_key"
    NO_KEY = "no_key"
    # The text was pasted as a webhook secret.
    API_KEY = "api_key"
    ADDRESS = "address"
    ENDPOINT_ID_AS_WEBHOOK_SECRET = "endpoint_id_as_webhook_secret"
    WEBHOOK_PART_MISSING = "webhook_part_missing"
    NO_WEBHOOK_SECRET = "no_webhook_secret"


_KEY = re.compile(r"(sk|rk)_(test|live)_([A-Za-z0-9_]*)")
_WEBHOOK = re.compile(r"whsec_[A-Za-z0-9_+/=-]{8,}")
_MASKED = re.compile(r"\.\.\.|[…•*]")
_SHORTEST = {"test": 7, "live": 16}
_SHORTEST_REAL = 24
"""The length of Stripe's own keys, which begin with 51; a sandbox's keys may be shorter."""


def problem(field_name: str, value: str) -> str:
    """The KeyProblem of a pasted credential; empty when it looks right."""
    if re.search(r"\s", value):
        return KeyProblem.BLANK_INSIDE
    if _MASKED.search(value):
        return KeyProblem.SHORTENED
    return _key_problem(value) if field_name == SECRET_KEY else _webhook_problem(value)


def mode_of(secret_key: str) -> str:
    """The key's mode, test or live, from its prefix."""
    match = _KEY.match(secret_key)
    return "live" if match and match[2] == "live" else "test"


def is_restricted(secret_key: str) -> bool:
    """Whether this is a restricted key, with selected permissions only."""
    return secret_key.startswith("rk_")


def _key_problem(value: str) -> str:
    match = _KEY.fullmatch(value)
    if match:
        too_short = len(match[3]) < _SHORTEST[match[2]] or (
            match[3].startswith("51") and len(match[3]) < _SHORTEST_REAL
        )
        return KeyProblem.PART_MISSING if too_short else ""
    if value.startswith("pk_"):
        return KeyProblem.PUBLISHABLE_KEY
    if value.startswith("whsec_"):
        return KeyProblem.WEBHOOK_SECRET
    if value.startswith("we_"):
        return KeyProblem.ENDPOINT_ID
    if value.startswith("acct_"):
        return KeyProblem.ACCOUNT_ID
    if value.startswith("mk_"):
        return KeyProblem.MANAGED_KEY
    if re.match(r"(sk|rk)_", value):
        return KeyProblem.BROKEN_KEY
    return KeyProblem.NO_KEY


def _webhook_problem(value: str) -> str:
    if _WEBHOOK.fullmatch(value):
        return ""
    if value.startswith("we_"):
        return KeyProblem.ENDPOINT_ID_AS_WEBHOOK_SECRET
    if re.match(r"(sk|rk|pk)_", value):
        return KeyProblem.API_KEY
    if value.startswith("whsec_"):
        return KeyProblem.WEBHOOK_PART_MISSING
    if value.startswith(("http://", "https://")):
        return KeyProblem.ADDRESS
    return KeyProblem.NO_WEBHOOK_SECRET
