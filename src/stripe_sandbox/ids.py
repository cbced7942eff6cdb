"""Ids in Stripe's format."""

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits

# What Stripe puts between the prefix and the random part: 3S for objects of a payment, 1S for most others.
_LEAD = {"pi": "3S", "ch": "3S", "txn": "3S", "re": "3S", "prod": "T", "price": "1S"}


def random_text(length: int) -> str:
    """Letters and digits, `length` of them."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_id(prefix: str) -> str:
    """An id like `pi_3S…`: the prefix and 24 characters (accounts and products have fewer)."""
    lead = _LEAD.get(prefix, "1S")
    total = {"acct": 16, "prod": 14}.get(prefix, 24)
    return f"{prefix}_{lead}{random_text(total - len(lead))}"


def session_id(livemode: bool) -> str:
    """A Checkout Session id: 66 characters in test mode."""
    return f"cs_{'live' if livemode else 'test'}_a1{random_text(56)}"


def request_id() -> str:
    return f"req_{random_text(14)}"


def webhook_secret() -> str:
    return f"whsec_{random_text(32)}"
