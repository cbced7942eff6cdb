"""Check the form of pasted credentials, without calling Stripe."""

from __future__ import annotations

import re

from duitpos.kit.facts import Facts
from duitpos.processors.credentials import (
    CredentialField,
    CredentialProblem,
    Credentials,
    Mode,
    Problem,
    Thing,
)

SECRET_KEY, WEBHOOK_SECRET = "secret_key", "webhook_secret"

FIELDS = (
    CredentialField(
        SECRET_KEY,
        "Secret Key",
        begins_with=("sk_test_", "sk_live_", "rk_test_", "rk_live_"),
        where="Developers, API keys",
        secret_pattern=r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9_]+",
    ),
    CredentialField(
        WEBHOOK_SECRET,
        "Webhook Secret",
        begins_with=("whsec_",),
        where="Developers, Webhooks, Signing secret",
        required=False,
        verifies=True,
        secret_pattern=r"whsec_[A-Za-z0-9_+/=-]+",
    ),
)

_KEY = re.compile(r"(sk|rk)_(test|live)_([A-Za-z0-9_]*)")
_WEBHOOK = re.compile(r"whsec_[A-Za-z0-9_+/=-]{8,}")
_MASKED = re.compile(r"\.\.\.|[…•*]")
_SHORTEST = {"test": 7, "live": 16}
_SHORTEST_REAL = 24
"""The length of Stripe's own keys, which begin with 51; a sandbox's keys may be shorter."""

_Found = tuple[Problem, Facts]
_LABELS = {one.name: one.label for one in FIELDS}
_THINGS = {
    "pk_": Thing.PUBLIC_KEY,
    "mk_": Thing.MANAGED_KEY,
    "acct_": Thing.ACCOUNT_ID,
    "we_": Thing.ENDPOINT_ID,
    "http://": Thing.ADDRESS,
    "https://": Thing.ADDRESS,
}


def problems(credentials: Credentials) -> tuple[CredentialProblem, ...]:
    """The problem of each pasted text that cannot be what it was pasted as."""
    found = ((name, _problem(name, value)) for name, value in credentials.items() if name in _LABELS)
    return tuple(CredentialProblem(name, *problem) for name, problem in found if problem is not None)


def mode_of(secret_key: str) -> Mode | None:
    """The key's mode, from its prefix; None for a text that is no key."""
    match = _KEY.match(secret_key)
    return Mode(match[2]) if match else None


def is_restricted(secret_key: str) -> bool:
    """Whether this is a restricted key, with selected permissions only."""
    return secret_key.startswith("rk_")


def _problem(name: str, value: str) -> _Found | None:
    if re.search(r"\s", value):
        return Problem.BLANK_INSIDE, {}
    if _MASKED.search(value):
        return Problem.SHORTENED, {}
    return _key_problem(value) if name == SECRET_KEY else _webhook_problem(value)


def _key_problem(value: str) -> _Found | None:
    match = _KEY.fullmatch(value)
    if match:
        too_short = len(match[3]) < _SHORTEST[match[2]] or (
            match[3].startswith("51") and len(match[3]) < _SHORTEST_REAL
        )
        return (Problem.PART_MISSING, {}) if too_short else None
    if value.startswith("whsec_"):
        return Problem.ANOTHER_FIELD, {"label": _LABELS[WEBHOOK_SECRET]}
    return _something_else(value)


def _webhook_problem(value: str) -> _Found | None:
    if _WEBHOOK.fullmatch(value):
        return None
    if value.startswith("whsec_"):
        return Problem.PART_MISSING, {}
    if re.match(r"(sk|rk)_", value):
        return Problem.ANOTHER_FIELD, {"label": _LABELS[SECRET_KEY]}
    return _something_else(value)


def _something_else(value: str) -> _Found:
    for prefix, what in _THINGS.items():
        if value.startswith(prefix):
            return Problem.SOMETHING_ELSE, {"what": what.value}
    return Problem.WRONG_FORM, {}
