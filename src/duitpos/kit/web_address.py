"""Check addresses from outside before a page of ours names them in a link, a form or its policy."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

# A Content-Security-Policy is split at spaces, commas and semicolons, so that an origin may hold letters, digits, dots
# and hyphens only.
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")


def origin_of(url: str) -> str:
    """The origin of an absolute http or https address: https://pay.example:8443. Raises ValueError for others."""
    if _UNSAFE.search(url):
        raise ValueError("an address with blanks or control characters")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"an address of another kind: {parts.scheme[:20]}")
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(host) or "@" in parts.netloc:
        raise ValueError("an address without a plain host")
    # Raises ValueError for a port that is none.
    port = parts.port
    return f"{parts.scheme}://{host}" + ("" if port is None else f":{port}")


def is_this_machine(url: str) -> bool:
    """Whether an address leads back to the computer that uses it, so that nobody else can reach us by it."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
