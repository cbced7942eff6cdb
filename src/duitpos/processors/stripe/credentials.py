"""What is wrong with a pasted key, in words, before anybody is asked."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from duitpos.processors.base import CredentialField

SECRET_KEY, WEBHOOK_SECRET = "secret_key", "webhook_secret"

FIELDS = (
    CredentialField(
        SECRET_KEY, "Secret Key", "begins with sk_test_ or sk_live_ (or rk_ for a restricted key)"
    ),
    CredentialField(WEBHOOK_SECRET, "Webhook Secret", "begins with whsec_", required=False),
)

_KEY = re.compile(r"(sk|rk)_(test|live)_([A-Za-z0-9_]*)")
_WEBHOOK = re.compile(r"whsec_[A-Za-z0-9_+/=-]{8,}")
_MASKED = re.compile(r"\.\.\.|[…•*]")
_SHORTEST = {"test": 7, "live": 16}
_SHORTEST_REAL = 24
"""Stripe's own are at least so long; those of a sandbox may be shorter, but do not begin with 51."""


def problem(field_name: str, value: str) -> str:
    """Why this is no such credential, in words; empty when it looks right."""
    if re.search(r"\s", value):
        return _("There is a space or a line break in it. Copy it again, alone.")
    if _MASKED.search(value):
        return _("This is the shortened form that Stripe shows. Reveal it there, and copy the whole of it.")
    return _key_problem(value) if field_name == SECRET_KEY else _webhook_problem(value)


def mode_of(secret_key: str) -> str:
    """test or live, as the key itself says."""
    match = _KEY.match(secret_key)
    return "live" if match and match[2] == "live" else "test"


def is_restricted(secret_key: str) -> bool:
    """Whether the key may do only what somebody ticked."""
    return secret_key.startswith("rk_")


def _key_problem(value: str) -> str:
    match = _KEY.fullmatch(value)
    if match:
        too_short = len(match[3]) < _SHORTEST[match[2]] or (
            match[3].startswith("51") and len(match[3]) < _SHORTEST_REAL
        )
        return _("A part of the key is missing. Copy the whole of it.") if too_short else ""
    if value.startswith("pk_"):
        return _("This is the publishable key. The secret key is beside it and begins with sk_.")
    if value.startswith("whsec_"):
        return _("This is a webhook secret: it belongs into the field below. The secret key begins with sk_.")
    if value.startswith("we_"):
        return _("This is the id of a webhook endpoint. The secret key begins with sk_.")
    if value.startswith("acct_"):
        return _("This is the id of the account. The secret key begins with sk_.")
    if value.startswith("mk_"):
        return _("This is a key that Stripe manages for somebody else. The secret key begins with sk_.")
    if re.match(r"(sk|rk)_", value):
        return _("This is no whole secret key: it begins with sk_test_ or sk_live_. Copy it again.")
    return _("A secret key begins with sk_test_ or sk_live_ (or rk_ for a restricted key).")


def _webhook_problem(value: str) -> str:
    if _WEBHOOK.fullmatch(value):
        return ""
    if value.startswith("we_"):
        return _(
            "This is the id of the endpoint. Its secret begins with whsec_:"
            " open the endpoint at Stripe and press Reveal beside “Signing secret”."
        )
    if re.match(r"(sk|rk|pk)_", value):
        return _(
            "This is an API key: it belongs into the field above. The webhook secret begins with whsec_."
        )
    if value.startswith("whsec_"):
        return _("A part of the webhook secret is missing. Copy the whole of it.")
    if value.startswith(("http://", "https://")):
        return _("This is an address. The webhook secret begins with whsec_.")
    return _("A webhook secret begins with whsec_.")
