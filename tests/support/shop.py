"""A restaurant that takes payments: menu, table, a Stripe account at the sandbox, webhooks delivered over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.test import override_settings

from duitpos.domain.checkout.checkout import checkout
from duitpos.domain.checkout.guest_checkout import GuestCheckout
from duitpos.domain.checkout.results import CheckoutResult, GoToProcessor
from duitpos.domain.orders.cart import Cart, CartLine
from duitpos.domain.orders.quote import quote
from duitpos.domain.payments.outbox.run import run_outbox
from duitpos.domain.sweep.sweep import SweepReport, sweep
from duitpos.domain.tenancy.installation import forget
from duitpos.guest.texts import payment_labels
from duitpos.guest.urls_of import payment_urls
from duitpos.kit.clock import now
from duitpos.kit.ids import secret_token
from duitpos.models import (
    Alert,
    LedgerEntry,
    MenuItem,
    Order,
    Payment,
    PaymentReference,
    PaymentType,
    ProcessorAccount,
    Refund,
    Table,
    Tenant,
    WebhookEvent,
)
from duitpos.models.payment_setup import AccountState, Mode
from duitpos.processors.start import NextStep, Redirect, next_step_from_json
from tests.sandbox_process import SandboxProcess
from tests.support.credentials import keep
from tests.support.restaurant import Restaurant, a_restaurant, a_table, an_item, online_type


def url_of(step: NextStep | GoToProcessor | dict[str, Any] | None) -> str:
    """The address of a redirect: of a stored one, a step, or a result of pressing Pay."""
    if isinstance(step, GoToProcessor):
        step = step.step
    if isinstance(step, dict):
        step = next_step_from_json(step)
    assert isinstance(step, Redirect), step
    return step.url


WEBHOOK_SECRET = "whsec_4Xk0yJzWq2bVn8RtLpE6sHcA1uDfGm3o"
GUIDE_EVENTS = ["checkout.session.completed", "checkout.session.expired"]
ALL_EVENTS = [
    *GUIDE_EVENTS,
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "payment_intent.payment_failed",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.refunded",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "radar.early_fraud_warning.created",
    "radar.early_fraud_warning.updated",
    "review.opened",
    "review.closed",
]


@dataclass
class Shop:
    """One restaurant at one sandbox, with methods for everything that tests do to it."""

    restaurant: Restaurant
    table: Table
    item: MenuItem
    account: ProcessorAccount
    sandbox: SandboxProcess
    url: str
    endpoint: dict[str, Any] = field(default_factory=dict)

    @property
    def tenant(self) -> Tenant:
        return self.restaurant.tenant

    @property
    def webhook_url(self) -> str:
        return f"{self.url}/{self.tenant.slug}/webhooks/stripe/"

    # -- the guest ------------------------------------------------------------------------------------------

    def cart(self, quantity: int = 2, item: MenuItem | None = None, note: str = "") -> Cart:
        dish = item or self.item
        return Cart((CartLine(dish.id, (), quantity, note, dish.price_minor),))

    def request(self, **changes: Any) -> GuestCheckout:
        """The checkout request of a guest who presses Pay, with the total that they saw."""
        cart = changes.pop("cart", None) or self.cart()
        table = Table.objects.select_related("location").get(tenant=self.tenant, id=self.table.id)
        seen = quote(self.tenant, table.location, cart).totals.total_minor
        values: dict[str, Any] = {
            "tenant": self.tenant,
            "table": table,
            "guest_token": "guest-1",
            "checkout_key": secret_token(),
            "cart": cart,
            "seen_total_minor": seen,
            "labels": payment_labels(self.tenant, table.location),
            "urls": payment_urls(self.tenant),
            "has_looked": True,
        }
        return GuestCheckout(**{**values, **changes})

    def checkout(self, **changes: Any) -> CheckoutResult:
        return checkout(self.request(**changes))

    def start(self, **changes: Any) -> Payment:
        """Start a checkout; returns the pending payment."""
        outcome = self.checkout(**changes)
        assert isinstance(outcome, GoToProcessor), outcome
        return self.payment_of(outcome.order)

    def pay(self, payment: Payment, **how: Any) -> dict[str, Any]:
        """Pay on the processor's page, and wait for its deliveries."""
        answer = self.sandbox.pay(payment.reference, **how)
        self.sandbox.idle()
        return answer

    # -- webhooks and sweep ---------------------------------------------------------------------------------

    def listen(self, events: list[str] | None = None, **more: Any) -> dict[str, Any]:
        """Add a webhook endpoint at the processor, as the owner does; `events` are its enabled event types."""
        body = {
            "url": self.webhook_url,
            "secret": WEBHOOK_SECRET,
            "enabled_events": events or ALL_EVENTS,
            **more,
        }
        self.endpoint = self.sandbox.control("POST", "/endpoints", body)
        return self.endpoint

    def sweep(self, *, after: timedelta = timedelta(0)) -> SweepReport:
        """Do the worker's work as if `after` had passed: rows that would be due by then are made due now."""
        moment = now()
        for model, column in (
            (Payment, "next_check_at"),
            (Refund, "next_check_at"),
            (ProcessorAccount, "next_events_at"),
        ):
            rows = model._default_manager.filter(**{"tenant": self.tenant, f"{column}__lte": moment + after})
            rows.update(**{column: moment})
        report = sweep()
        run_outbox()
        return report

    # -- stored rows ----------------------------------------------------------------------------------------

    def payment_of(self, order: Order) -> Payment:
        return Payment.objects.filter(tenant=self.tenant, order=order).order_by("-created_at", "-id")[0]

    def fresh(self, payment: Payment) -> Payment:
        return Payment.objects.select_related("order", "account", "location").get(
            tenant=self.tenant, id=payment.id
        )

    def named(self, payment: Payment, kind: str = "payment_intent") -> str:
        """The payment's stored id of this kind at the processor; empty when there is none."""
        rows = PaymentReference.objects.filter(tenant=self.tenant, payment=payment, kind=kind)
        return rows.values_list("value", flat=True).first() or ""

    def orders(self, **which: Any) -> list[Order]:
        return list(Order.objects.filter(tenant=self.tenant, **which).order_by("created_at"))

    def placed(self) -> list[Order]:
        return list(Order.objects.filter(tenant=self.tenant, placed_at__isnull=False))

    def alerts(self) -> list[str]:
        """The kinds of all open alerts, sorted."""
        rows = Alert.objects.filter(tenant=self.tenant, resolved_at__isnull=True)
        return sorted(rows.values_list("kind", flat=True))

    def events(self, **which: Any) -> list[WebhookEvent]:
        return list(WebhookEvent.objects.filter(tenant=self.tenant, **which).order_by("received_at"))

    def ledger(self) -> list[tuple[str, int]]:
        """What guests and banks moved; the processor's fees are apart, since they come later."""
        rows = LedgerEntry.objects.filter(tenant=self.tenant).exclude(kind="fee").order_by("at", "id")
        return list(rows.values_list("kind", "amount_minor"))

    def fees(self) -> list[tuple[int, str]]:
        rows = LedgerEntry.objects.filter(tenant=self.tenant, kind="fee").order_by("at", "id")
        return list(rows.values_list("amount_minor", "currency"))


def an_account(restaurant: Restaurant, sandbox: SandboxProcess, **fields: Any) -> ProcessorAccount:
    """The restaurant's Stripe account after the owner saved working keys; its payment type is active."""
    kind = online_type(restaurant.tenant)
    PaymentType.objects.filter(tenant=restaurant.tenant, id=kind.id).update(is_active=True)
    facts = sandbox.control("GET", "/accounts")["data"][0]
    values: dict[str, Any] = {
        "processor": "stripe",
        "external_id": facts["id"],
        "mode": Mode.TEST,
        "state": AccountState.ACTIVE,
        "api_base": sandbox.url,
        "name": facts["name"],
        "country": "MY",
        "currency": "MYR",
        "can_charge": True,
    }
    account = ProcessorAccount(tenant=restaurant.tenant, payment_type=kind, **{**values, **fields})
    keep(account, secret_key=sandbox.secret_key, webhook_secret=WEBHOOK_SECRET)
    account.save()
    return account


@contextmanager
def open_shop(sandbox: SandboxProcess, url: str, slug: str = "kopi", **rules: Any) -> Iterator[Shop]:
    """A shop with BASE_URL `url` for guests and webhooks; needs committed rows (a transactional test)."""
    with override_settings(SANDBOX_URLS=[sandbox.url], BASE_URL=url):
        forget()
        restaurant = a_restaurant(slug, **rules)
        item = an_item(restaurant.tenant, "Nasi lemak", 1250)
        shop = Shop(
            restaurant, a_table(restaurant.location), item, an_account(restaurant, sandbox), sandbox, url
        )
        yield shop
    forget()
