"""Kedai Pay for the contract: a merchant at its server (process.py), and what its guests and banks do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from duitpos.processors.capabilities import Capabilities
from duitpos.processors.start import Started
from tests.processors.example.adapter import CAN, ExampleAdapter
from tests.processors.example.process import ExampleServer
from tests.processors.example.receiver import Receiver
from tests.processors.rig import Rig, Sent, Stored

FOREIGN_KEY = """\
-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA5JsJbhJZbb1NMQrWj80Y
+kuTmklqDYiCUnOaCWH+9ol6xB+bQI/87dtSbUGbtPuZJOizOW5wI1QPrAKoRXQ2
k4ZZ0cQQ6WvrFfH0HJrVoE2KJmLHCHeTtP7Q4TbKKGYT4/WImRv06KXj/8bhH7pd
D7m6ghfoeYT+BaBiTcyZn3a6DxSPC5/Oc7qcZCpKGCSbPmp3Cvh7O5zOMBzrhFHE
kp1Z/qMqiK8y1boNsaXcwusCDNmDDjtNA086xTvAveupg9MgkC1kkb/lu0bDFdTl
DbZ9Mdb5HqexYvoqODAB9ngcbX07fiw6VQjePg3umosaFQQF3FqLMwNPsPwbyNtE
xwIDAQAB
-----END PUBLIC KEY-----
"""
"""A public key whose other half nobody has."""


class ExampleRig(Rig):
    """A merchant of Kedai Pay at its server."""

    unknown = "B-234567ABCDEF"
    open_state = "due"
    hears_webhook_url = True
    cannot_happen: ClassVar[Mapping[str, str]] = {
        "pay_and_dispute": "it knows no disputes",
        "pay_suspected": "it tells of no suspicion",
        "tell_fees": "each charge tells its fee",
    }

    def __init__(self, kedai: ExampleServer, receiver: Receiver, can: Capabilities = CAN) -> None:
        self._kedai, self._receiver = kedai, receiver
        self.adapter = ExampleAdapter(can)
        self.endpoint = kedai.url
        self.webhook_url = receiver.url
        self.credentials = {
            "merchant_code": kedai.merchant_code,
            "api_password": kedai.password,
            "public_key": kedai.public_key(),
        }
        self.wrong = {
            "merchant_code": "KP2042",
            "api_password": "a-password-of-nobody",
            "public_key": FOREIGN_KEY,
        }

    def pay(self, reference: str) -> None:
        self._kedai.pay(reference)

    def decline(self, reference: str) -> None:
        self._kedai.refuse(reference)

    def pay_later(self, reference: str) -> None:
        self._kedai.bank_later(reference)

    def bank_fails(self, reference: str) -> None:
        self._kedai.bank_fails(reference)

    def hold(self, reference: str) -> None:
        self._kedai.hold(reference)

    def pay_again(self, reference: str) -> None:
        self._kedai.pay(reference, again=True)

    def pay_and_dispute(self, reference: str) -> None:
        raise AssertionError(self.cannot_happen["pay_and_dispute"])

    def pay_suspected(self, reference: str) -> None:
        raise AssertionError(self.cannot_happen["pay_suspected"])

    def tell_fees(self) -> None:
        raise AssertionError(self.cannot_happen["tell_fees"])

    def refund_elsewhere(self, reference: str, minor: int) -> None:
        self._kedai.refund_externally(reference, f"{minor / 100:.2f}")

    def lose_next(self, call: str) -> None:
        self._kedai.fault(
            "drop", {"start": "/v2/bills", "refund": "/v2/bills/*/refunds"}[call], method="POST"
        )

    def hang_next(self) -> None:
        self._kedai.fault("hang", seconds=100, times=2)

    def stored(self, reference: str) -> Stored:
        return Stored(self._kedai.bill(reference)["return_url"], None)

    def count(self, what: str) -> int:
        bills = self._kedai.bills()
        return len(bills) if what == "start" else sum(len(bill["refunds"]) for bill in bills)

    def deliveries_of(self, act: Callable[[Started], None]) -> list[Sent]:
        before = len(self._receiver.received)
        act(self.start(self.request(self.webhook_url)))
        self._kedai.idle()
        return [
            Sent(one.body, {"x-kedai-signature": one.signature}) for one in self._receiver.received[before:]
        ]
