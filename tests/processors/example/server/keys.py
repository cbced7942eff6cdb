"""RSA keys that sign deliveries."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


class SigningKey:
    """A key pair of RSA-2048."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.public_pem = (
            self._key.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )

    def sign(self, body: bytes) -> str:
        """Base64 of the signature (PKCS#1 v1.5 with SHA-256) over the body."""
        return base64.b64encode(self._key.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()


class KeyPool:
    """Gives each asker another key. Making one takes a good part of a second, so a reset gives them out again."""

    def __init__(self) -> None:
        self._made: list[SigningKey] = []
        self._given = 0

    def take(self) -> SigningKey:
        if self._given == len(self._made):
            self._made.append(SigningKey())
        self._given += 1
        return self._made[self._given - 1]

    def reset(self) -> None:
        self._given = 0
