"""The Stripe-Signature header."""

import hashlib
import hmac


def signature_header(body: bytes, secrets: list[str], timestamp: int, fake_v0: bool) -> str:
    """`t=…,v1=…[,v1=…][,v0=…]`: one v1 per valid secret, and the meaningless v0 that Stripe adds to test events."""
    signed = f"{timestamp}.".encode() + body
    parts = [f"t={timestamp}"]
    parts += [f"v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}" for secret in secrets]
    if fake_v0:
        parts.append(f"v0={hmac.new(b'test events only', signed, hashlib.sha256).hexdigest()}")
    return ",".join(parts)
