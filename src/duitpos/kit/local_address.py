"""Whether an address is this machine's only, and what others in its network would use."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

# Nobody's address (RFC 5737). Connecting a datagram socket sends nothing: it only chooses the interface.
_ELSEWHERE = ("192.0.2.1", 9)


def is_this_machine_only(url: str) -> bool:
    """Whether no other device can open this URL: its host is localhost or a loopback address."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def address_in_network() -> str:
    """This machine's address in the network that it is in; empty if there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
            found = str(probe.getsockname()[0])
        except OSError:
            return ""
    return "" if ipaddress.ip_address(found).is_loopback else found
