"""Secrets at rest: AES-256-GCM, a key id in front, bound to the place where the secret is kept."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class SecretUnreadable(Exception):
    """A stored secret cannot be opened: its key is unknown here, or it was moved or changed."""


class Vault:
    """Seals and opens secrets. `keys` maps a key id to 32 bytes; the first one seals, all of them open."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise ValueError("A vault needs at least one key.")
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self.current = next(iter(keys))
        self.key_ids = frozenset(keys)

    def seal(self, plain: str, place: str) -> str:
        """`<key id>:<base64>`. `place` says where it is kept (tenant, row, field): only there it opens."""
        nonce = os.urandom(12)
        box = self._ciphers[self.current].encrypt(nonce, plain.encode(), place.encode())
        return f"{self.current}:{base64.b64encode(nonce + box).decode()}"

    def open(self, sealed: str, place: str) -> str:
        """The secret. SecretUnreadable when the key is missing or the text stood in another place."""
        key_id, _, body = sealed.partition(":")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise SecretUnreadable(f"The encryption key {key_id!r} is not in DUITPOS_ENCRYPTION_KEYS.")
        try:
            raw = base64.b64decode(body)
            return cipher.decrypt(raw[:12], raw[12:], place.encode()).decode()
        except (InvalidTag, ValueError) as error:  # moved, changed, or no sealed text at all
            # The text of the secret must not be in the message: this goes to logs.
            raise SecretUnreadable(
                f"A secret sealed with key {key_id!r} does not belong to {place}."
            ) from error


def key_id_of(sealed: str) -> str:
    """Which key sealed this text."""
    return sealed.partition(":")[0]


@lru_cache(maxsize=4)
def _vault_of(keys: tuple[tuple[str, bytes], ...]) -> Vault:
    return Vault(dict(keys))


def vault() -> Vault:
    """The vault of this installation, from DUITPOS_ENCRYPTION_KEYS."""
    return _vault_of(tuple(settings.ENCRYPTION_KEYS.items()))
