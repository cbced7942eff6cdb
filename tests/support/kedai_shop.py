"""A restaurant whose guests pay at Kedai Pay, the example processor, over real HTTP both ways."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from django.test import override_settings

from duitpos.domain.checkout.guest_checkout import GuestCheckout
from duitpos.domain.processor_accounts.accounts import add_processor, save_credentials
from duitpos.domain.processor_accounts.types import create_type
from duitpos.domain.tenancy.installation import forget
from duitpos.models import Payment
from tests.processors.example.process import ExampleServer
from tests.sandbox_process import SandboxProcess
from tests.support.restaurant import a_restaurant, a_table, an_item
from tests.support.shop import Shop

GUEST = "guest@example.com"


@dataclass
class KedaiShop(Shop):
    """A shop whose account, webhook address and payments are at Kedai Pay. `sandbox` is not there."""

    kedai: ExampleServer = field(default_factory=lambda: cast(ExampleServer, None))

    @property
    def webhook_url(self) -> str:
        return f"{self.url}/{self.tenant.slug}/webhooks/example/{self.account.id}/"

    def request(self, **changes: Any) -> GuestCheckout:
        return super().request(**{"guest_email": GUEST, **changes})

    def pay(self, payment: Payment, **how: Any) -> dict[str, Any]:
        """Pay on the processor's page, and wait for its deliveries."""
        paid = self.kedai.pay(payment.reference, **how)
        self.kedai.idle()
        return paid


@contextmanager
def open_kedai_shop(kedai: ExampleServer, url: str, slug: str = "kopi") -> Iterator[KedaiShop]:
    """A shop set up by its owner as any other: credentials saved, checked, and the webhook set up by API."""
    with override_settings(SANDBOX_URLS=[kedai.url], BASE_URL=url):
        forget()
        restaurant = a_restaurant(slug)
        kind = create_type(restaurant.owner, "KEDAI", "Kedai Pay")
        typed = {"merchant_code": kedai.merchant_code, "api_password": kedai.password}
        account = add_processor(restaurant.owner, kind.id, "example")
        saved = save_credentials(restaurant.owner, account.id, typed, kedai.url)
        item = an_item(restaurant.tenant, "Nasi lemak", 1250)
        yield KedaiShop(
            restaurant,
            a_table(restaurant.location),
            item,
            saved.account,
            cast(SandboxProcess, None),
            url,
            kedai=kedai,
        )
    forget()
