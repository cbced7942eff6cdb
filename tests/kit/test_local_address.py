"""Which addresses only this machine can open."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from duitpos.kit.local_address import address_in_network, is_this_machine_only

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000",
        "http://localhost",
        "http://kopi.localhost:1",
        "http://[::1]:8000",
        "http://127.9.9.9",
    ],
)
def test_addresses_of_this_machine_only(url: str) -> None:
    assert is_this_machine_only(url)


@pytest.mark.parametrize(
    "url",
    ["https://order.example.my", "http://192.168.1.20:8000", "http://[fe80::1]", "", "http://localhost.my"],
)
def test_addresses_that_others_may_open(url: str) -> None:
    assert not is_this_machine_only(url)


class Probe:
    """A socket that says which interface it would use."""

    def __init__(self, found: str) -> None:
        self.found = found

    def __enter__(self) -> Probe:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def connect(self, _where: object) -> None:
        if not self.found:
            raise OSError("no network")

    def getsockname(self) -> tuple[str, int]:
        return self.found, 40_000


@pytest.mark.parametrize("found,address", [("192.168.1.20", "192.168.1.20"), ("127.0.0.1", ""), ("", "")])
def test_the_address_in_the_network(monkeypatch: pytest.MonkeyPatch, found: str, address: str) -> None:
    def made(*_: Any) -> Probe:
        return Probe(found)

    monkeypatch.setattr(socket, "socket", made)
    assert address_in_network() == address
