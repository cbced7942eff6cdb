"""Row ids, and secret tokens for links."""

from __future__ import annotations

import os
import secrets
import time
import uuid


def uuid7() -> uuid.UUID:
    """A UUID that sorts by creation time (RFC 9562), so that new rows go to the end of an index."""
    value = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    return uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def secret_token() -> str:
    """An unguessable token for a link: 128 bits in 22 characters that need no escaping in a URL."""
    return secrets.token_urlsafe(16)
