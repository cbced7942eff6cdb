"""An imaginary processor with three credentials, for tests of what is the same for every processor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from duitpos.processors.base import AccountFacts, Adapter, Processor
from duitpos.processors.capabilities import Capabilities, StartRepeat, WebhookAddress
from duitpos.processors.credentials import (
    CredentialField,
    CredentialProblem,
    Credentials,
    CurrencyProblem,
    Mode,
    Problem,
)
from duitpos.processors.endpoints import EndpointTag, Installed, WebhookEndpoint, WebhookEndpoints
from duitpos.processors.errors import ProcessorError, SignatureInvalid, SignatureProblem
from duitpos.processors.events import Acknowledgement, Delivery

SELLER = CredentialField("seller", "Seller's Number", where="Profile", is_secret=False)
API_KEY = CredentialField(
    "api_key", "API Key", begins_with=("key_",), where="Settings, API", secret_pattern=r"key_[0-9a-f]+"
)
SIGNING_KEY = CredentialField("signing_key", "Signing Key", required=False, verifies=True, is_long=True)

GOOD = {
    "seller": "S-1",
    "api_key": "key_0123456789abcdef",
    "signing_key": "-----BEGIN KEY-----\nfirst\n-----END KEY-----",
}
FACTS = AccountFacts("S-1", "Acme Kopi", "MY", "MYR", Mode.TEST, True)


@dataclass
class AcmeWebhooks(WebhookEndpoints):
    """Sets addresses up. `entries` has the address of each by its id; `error` refuses the next installation."""

    entries: dict[str, str] = field(default_factory=dict)
    error: ProcessorError | None = None
    made: int = 0

    keeps_tags = False
    is_made_on_saving = True

    def list(self) -> tuple[WebhookEndpoint, ...]:
        return tuple(_entry(name, url) for name, url in self.entries.items())

    def create(self, url: str, tag: EndpointTag, key: str) -> Installed:
        if self.error is not None:
            raise self.error
        self.made += 1
        name = f"entry-{self.made}"
        self.entries[name] = url
        return Installed(_entry(name, url), {"signing_key": f"installed {self.made}"})

    def remove(self, endpoint_id: str) -> None:
        self.entries.pop(endpoint_id, None)


def _entry(name: str, url: str) -> WebhookEndpoint:
    return WebhookEndpoint(id=name, url=url, is_enabled=True, events=("*",))


@dataclass
class Acme(Adapter):
    """What `check` answers is `facts`, or `error`. `opened` lists what it was opened with, and where."""

    name: str = "acme"
    label: str = "Acme Pay"
    can: Capabilities = field(default_factory=lambda: Capabilities(WebhookAddress.SHARED, StartRepeat.UNSAFE))
    credential_fields: tuple[CredentialField, ...] = (SELLER, API_KEY, SIGNING_KEY)
    guide_events: tuple[tuple[str, bool], ...] = ()
    api_version: str = ""
    facts: AccountFacts = FACTS
    error: ProcessorError | None = None
    opened: list[tuple[Credentials, str]] = field(default_factory=list)
    webhooks: AcmeWebhooks | None = None

    def open(self, credentials: Credentials, endpoint: str) -> Processor:
        self.opened.append((credentials, endpoint))
        return _AcmeAccount(self)

    def read_event(
        self, body: bytes, headers: Mapping[str, str], verifiers: Iterable[Credentials]
    ) -> Delivery:
        """The signature is the signing key itself."""
        if headers.get("signature") not in [one["signing_key"] for one in verifiers if "signing_key" in one]:
            raise SignatureInvalid(SignatureProblem.MISMATCH)
        return Delivery((), Acknowledgement())

    def judge(self, credentials: Credentials) -> Sequence[CredentialProblem]:
        is_wrong = not credentials.get("api_key", "key_").startswith("key_")
        return [CredentialProblem("api_key", Problem.WRONG_FORM)] if is_wrong else []

    def mode(self, credentials: Credentials, endpoint: str) -> Mode | None:
        """Neither the credentials nor the address tell."""
        return None

    def currency_problem(self, currency: str) -> CurrencyProblem | None:
        return None if currency == "MYR" else CurrencyProblem.NOT_TAKEN


class _AcmeAccount(Processor):
    def __init__(self, acme: Acme) -> None:
        self._acme = acme
        self.endpoints = acme.webhooks

    def check(self) -> AccountFacts:
        if self._acme.error is not None:
            raise self._acme.error
        return self._acme.facts

    def _unused(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    start = fetch = cancel = refund = refunds_of = _unused
