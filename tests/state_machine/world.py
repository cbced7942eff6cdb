"""One shop after another, each at a processor that has forgotten the last, and each with a clock of its own."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from duitpos.domain.checkout import start
from duitpos.domain.checkout.checkout import checkout
from duitpos.domain.checkout.guest_checkout import GuestCheckout
from duitpos.domain.checkout.results import GoToProcessor
from duitpos.domain.errors import DomainError
from duitpos.domain.orders.cart import Cart
from duitpos.kit.clock import now
from duitpos.models import Order, Payment, ProcessorAccount
from duitpos.processors.stripe import client
from tests.sandbox_process import SandboxProcess
from tests.support.live_shop import Clock
from tests.support.promise import broken_promises, retire, settle_down
from tests.support.shop import Shop, open_shop


@dataclass(frozen=True)
class Press:
    """A guest's cart, and the key under which Pay is pressed, once or again."""

    guest: str
    key: str
    cart: Cart


@dataclass
class Story:
    """One shop and what has happened to it. A story ends with `end`."""

    shop: Shop
    clock: Clock
    stack: ExitStack
    presses: list[Press] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    """Sessions that a guest was ever sent to, and can go back to."""

    def press_pay(self, press: Press) -> None:
        """The guest sees the price of the moment and presses Pay; a refusal is an answer like any other."""
        request: GuestCheckout = self.shop.request(
            cart=press.cart, guest_token=press.guest, checkout_key=press.key
        )
        try:
            outcome = checkout(request)
        except DomainError:
            return
        if isinstance(outcome, GoToProcessor):
            reference = self.shop.payment_of(outcome.order).reference
            assert reference, "a guest was sent to a page that we do not watch"
            assert reference in outcome.url
            if reference not in self.pages:
                self.pages.append(reference)

    def payments(self) -> list[Payment]:
        return list(Payment.objects.filter(tenant=self.shop.tenant).order_by("created_at", "id"))

    def orders(self) -> list[Order]:
        return list(Order.objects.filter(tenant=self.shop.tenant).order_by("created_at", "id"))


class World:
    """Where stories are played."""

    def __init__(self, sandbox: SandboxProcess, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sandbox, self.url = sandbox, url
        self._stories = 0
        # Waits that only cost time here. What is waited for is still real.
        monkeypatch.setattr(client, "PAUSE", 0.02)
        monkeypatch.setattr(start, "TWIN_PATIENCE", 0.2)

    def story(self, events: list[str] | None) -> Story:
        """A new restaurant; `events` are those ticked at Stripe, None for no webhook at all."""
        self.sandbox.reset()
        self._stories += 1
        stack = ExitStack()
        shop = stack.enter_context(open_shop(self.sandbox, self.url, slug=f"kopi-{self._stories}"))
        if events is not None:
            shop.listen(events)
        ProcessorAccount.objects.filter(tenant=shop.tenant).update(next_events_at=now())
        clock = Clock(self.sandbox)
        stack.callback(clock.stop)
        return Story(shop, clock, stack)

    def end(self, story: Story) -> list[str]:
        """Let everything that is under way come to rest; what was promised and not kept."""
        with story.stack:
            self._calm(story)
            settle_down(story.shop, story.clock)
            broken = broken_promises(story.shop)
            retire(story.shop)
            self.sandbox.idle(30)
        return broken

    def _calm(self, story: Story) -> None:
        """No more faults, nothing held back, and the banks make up their minds."""
        self.sandbox.control("DELETE", "/faults")
        self.sandbox.control("DELETE", "/deliveries/rules")
        self.sandbox.control("POST", "/deliveries/release", {})
        self.sandbox.idle(30)
        for session in self.sandbox.listed("sessions"):
            if session["status"] == "complete" and session["payment_status"] == "unpaid":
                intent = self.sandbox.control("GET", f"/sessions/{session['id']}")["payment_intent"]
                if intent["status"] == "processing":
                    self.sandbox.control("POST", f"/sessions/{session['id']}/async_result", {})
        self.sandbox.idle(30)
