"""Secrets at rest: AES-256-GCM, prefixed with the key id, bound to the row and field that store the secret."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class SecretUnreadable(Exception):
    """A stored secret cannot be decrypted: its key is not configured, or it was moved or changed."""


class Vault:
    """Encrypts and decrypts secrets. `keys` maps a key id to 32 bytes; the first one encrypts, all of them decrypt."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise ValueError("A vault needs at least one key.")
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self.current = next(iter(keys))
        self.key_ids = frozenset(keys)

    def seal(self, plain: str, place: str) -> str:
        """`<key id>:<base64>`. `place` names tenant, row and field (associated data): it opens only with the same."""
        nonce = os.urandom(12)
        box = self._ciphers[self.current].encrypt(nonce, plain.encode(), place.encode())
        return f"{self.current}:{base64.b64encode(nonce + box).decode()}"

    def open(self, sealed: str, place: str) -> str:
        """The secret. SecretUnreadable when the key is missing or the text was sealed for another `place`."""
        key_id, _, body = sealed.partition(":")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise SecretUnreadable(f"The encryption key {key_id!r} is not in DUITPOS_ENCRYPTION_KEYS.")
        try:
            raw = base64.b64decode(body)
            return cipher.decrypt(raw[:12], raw[12:], place.encode()).decode()
        except (InvalidTag, ValueError) as error:  # moved, changed, or not a sealed text
            # The message is logged, so it must not contain the secret.
            raise SecretUnreadable(
                f"A secret sealed with key {key_id!r} does not belong to {place}."
            ) from error


def key_id_of(sealed: str) -> str:
    """The id of the key that sealed this text."""
    return sealed.partition(":")[0]


@lru_cache(maxsize=4)
def _vault_of(keys: tuple[tuple[str, bytes], ...]) -> Vault:
    return Vault(dict(keys))


def vault() -> Vault:
    """This installation's vault, from DUITPOS_ENCRYPTION_KEYS."""
    return _vault_of(tuple(settings.ENCRYPTION_KEYS.items()))
