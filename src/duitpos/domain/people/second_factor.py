"""Second factors of sign-ins, which allauth keeps: their encryption keys, and the way back in without them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator

from duitpos.kit.crypto import SecretUnreadable, key_id_of, vault
from duitpos.models import User

PLACE = "second factor"
"""What the secrets are sealed for. allauth's hook does not tell whose they are."""
_SECRETS = ("secret", "seed")
"""Where an authenticator app and recovery codes have theirs; passkeys have none."""


def sealed_key_ids() -> set[str]:
    """Return ids of the encryption keys that second factors need."""
    return {key_id_of(text) for row in Authenticator.objects.all() for text in _sealed(row.data)}


def reseal_second_factors() -> tuple[int, int]:
    """Encrypt them anew with the first key. Returns how many, and how many could not be read."""
    resealed = unreadable = 0
    for row in Authenticator.objects.order_by("id"):
        if all(key_id_of(text) == vault().current for text in _sealed(row.data)):
            continue
        try:
            fresh = {name: _fresh(name, value) for name, value in row.data.items()}
        except SecretUnreadable:
            unreadable += 1
            continue
        # A recovery code that is used meanwhile changes the row; the next run finds it.
        resealed += Authenticator.objects.filter(id=row.id, data=row.data).update(data=fresh)
    return resealed, unreadable


def forget_second_factor(email: str) -> int:
    """Remove all second factors of somebody who lost them; returns how many. The password goes on to be asked for."""
    users = User.objects.filter(email=email.strip().lower())
    return int(Authenticator.objects.filter(user__in=users).delete()[0])


def _sealed(data: dict[str, Any]) -> Iterator[str]:
    return (data[name] for name in _SECRETS if name in data)


def _fresh(name: str, value: Any) -> Any:
    return vault().seal(vault().open(value, PLACE), PLACE) if name in _SECRETS else value
