"""New shops one after another, each with a reset sandbox and its own clock."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from duitpos.domain.checkout import start
from duitpos.domain.checkout.checkout import checkout
from duitpos.domain.checkout.guest_checkout import GuestCheckout
from duitpos.domain.checkout.results import GoToProcessor
from duitpos.domain.errors import DomainError
from duitpos.domain.orders.cart import Cart
from duitpos.domain.processor_accounts.types import create_type
from duitpos.kit.clock import now
from duitpos.models import Order, Payment, ProcessorAccount
from duitpos.models.payment_setup import PaymentKind
from duitpos.processors.stripe import client
from tests.sandbox_process import SandboxProcess
from tests.support.live_shop import Clock
from tests.support.promise import broken_promises, retire, settle_down
from tests.support.shop import Shop, open_shop, url_of


@dataclass(frozen=True)
class Press:
    """A guest's cart and the checkout key of its presses of Pay."""

    guest: str
    key: str
    cart: Cart


@dataclass
class ShopRun:
    """One shop and what has happened to it. `World.end` ends and checks it."""

    shop: Shop
    clock: Clock
    stack: ExitStack
    presses: list[Press] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    """Sessions that a guest was redirected to, and can return to."""

    def press_pay(self, press: Press, type_id: UUID | None = None) -> None:
        """The guest sees the current price and presses Pay; refusals are allowed."""
        request: GuestCheckout = self.shop.request(
            cart=press.cart, guest_token=press.guest, checkout_key=press.key, payment_type_id=type_id
        )
        try:
            outcome = checkout(request)
        except DomainError:
            return
        if isinstance(outcome, GoToProcessor):
            reference = self.shop.payment_of(outcome.order).reference
            assert reference, "a guest was redirected to a session that no payment tracks"
            assert reference in url_of(outcome)
            if reference not in self.pages:
                self.pages.append(reference)

    def payments(self) -> list[Payment]:
        return list(Payment.objects.filter(tenant=self.shop.tenant).order_by("created_at", "id"))

    def orders(self) -> list[Order]:
        return list(Order.objects.filter(tenant=self.shop.tenant).order_by("created_at", "id"))


class World:
    """Makes and checks the shops of all sequences."""

    def __init__(self, sandbox: SandboxProcess, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sandbox, self.url = sandbox, url
        self._runs = 0
        # Shorten pauses that only cost time here.
        monkeypatch.setattr(client, "PAUSE", 0.02)
        monkeypatch.setattr(start, "CONCURRENT_PATIENCE", 0.2)

    def start_run(self, events: list[str] | None) -> ShopRun:
        """A new restaurant; `events` are the enabled event types of its webhook endpoint, None for no endpoint."""
        self.sandbox.reset()
        self._runs += 1
        stack = ExitStack()
        shop = stack.enter_context(open_shop(self.sandbox, self.url, slug=f"kopi-{self._runs}"))
        if events is not None:
            shop.listen(events)
        ProcessorAccount.objects.filter(tenant=shop.tenant).update(next_events_at=now())
        create_type(shop.restaurant.owner, "TILL", "Till", kind=PaymentKind.CASH)
        clock = Clock(self.sandbox)
        stack.callback(clock.stop)
        return ShopRun(shop, clock, stack)

    def end(self, run: ShopRun) -> list[str]:
        """Let all pending work finish; returns the broken promises."""
        with run.stack:
            self._calm(run)
            settle_down(run.shop, run.clock)
            broken = broken_promises(run.shop)
            retire(run.shop)
            self.sandbox.idle(30)
        return broken

    def _calm(self, run: ShopRun) -> None:
        """End all faults, release held deliveries, and decide pending transfers."""
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


def one_of(rows: list[Any], n: int) -> Any:
    """The row with index `n`, counted from the newest."""
    return rows[-1 - n % len(rows)]
