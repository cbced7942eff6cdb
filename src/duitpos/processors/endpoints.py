"""The webhook endpoints of an account, for a processor that lists, makes and changes them by its API."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime

from duitpos.kit.money import Money
from duitpos.processors.credentials import Credentials


@dataclass(frozen=True, slots=True)
class EndpointTag:
    """What we write on an endpoint or a proof that we make: one account may serve several installations."""

    installation: str
    tenant: str


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """An address that the processor delivers events to, ours or another's. `id` is the processor's."""

    id: str
    url: str
    is_enabled: bool
    events: tuple[str, ...]
    """The event types that are delivered, sorted; `*` for all."""
    api_version: str = ""
    """Empty: the account's default, or there are none."""
    created_at: datetime | None = None
    """None: the processor does not tell."""
    tag: EndpointTag | None = None
    """None: made by a person or by other software, or none is kept (WebhookEndpoints.keeps_tags)."""


@dataclass(frozen=True, slots=True)
class Installed:
    """An endpoint that was made, with what verifies its deliveries: fields that have `verifies`."""

    endpoint: WebhookEndpoint
    verifying: Credentials


class WebhookEndpoints(ABC):
    """The endpoints of an open account. All methods raise ProcessorError; NOT_PERMITTED when the key may not do it.

    What a processor cannot do, its attribute says, and its method is left out.
    """

    keeps_tags: bool = True
    """Whether an endpoint keeps its EndpointTag. If not, the one at exactly our address is taken for ours."""
    can_mend: bool = False
    """Whether an endpoint can be changed; otherwise a wrong one is replaced."""
    can_prove: bool = False
    """Whether an event can be had for the purpose of a test."""
    is_made_on_saving: bool = False
    """Whether one is made as soon as credentials are saved; otherwise when the owner presses the button."""

    @abstractmethod
    def list(self) -> tuple[WebhookEndpoint, ...]:
        """List every endpoint of the account and mode, also those that are not ours, oldest first."""

    @abstractmethod
    def create(self, url: str, tag: EndpointTag, key: str) -> Installed:
        """Make an endpoint for exactly our events in our API version.

        `key` is the idempotency key, for processors that have them. What verifies it may not be told again.
        """

    @abstractmethod
    def remove(self, endpoint_id: str) -> None:
        """Remove an endpoint; one that is gone already is no error."""

    def mend(self, endpoint_id: str, url: str) -> WebhookEndpoint:
        """Set an endpoint's address and events to ours and switch it on; its secret stays (`can_mend`).

        Raises NOT_FOUND.
        """
        raise NotImplementedError

    def start_proof(self, amount: Money, url: str, tag: EndpointTag, key: str) -> str:
        """Make something whose end is delivered as an event, and return its reference (`can_prove`); `cancel` ends it.

        It is no payment: nobody gets to see its page, and it carries no payment of ours.
        """
        raise NotImplementedError
