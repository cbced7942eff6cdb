"""A new restaurant's owner, and the Stripe sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from django.test import override_settings

from tests.sandbox_process import SandboxProcess
from tests.support.live_shop import clock, shop, webhookless_shop
from tests.support.sandboxes import sandbox, sandbox_process

if TYPE_CHECKING:
    from duitpos.domain.processor_accounts.accounts import SavedAccount
    from duitpos.models import Membership, PaymentType, ProcessorAccount, Tenant
    from tests.support.restaurant import Restaurant

__all__ = ["clock", "owner", "sandbox", "sandbox_process", "shop", "webhookless_shop"]
WEBHOOK_SECRET = "whsec_4Xk0yJzWq2bVn8RtLpE6sHcA1uDfGm3o"


@dataclass
class Owner:
    """The owner's actions on the Payment Types page."""

    restaurant: Restaurant
    sandbox: SandboxProcess

    @property
    def tenant(self) -> Tenant:
        return self.restaurant.tenant

    @property
    def member(self) -> Membership:
        return self.restaurant.owner

    @property
    def type(self) -> PaymentType:
        from tests.support.restaurant import online_type

        return online_type(self.tenant)

    @property
    def account_id(self) -> str:
        """The Stripe id of the sandbox's first account."""
        return str(self.sandbox.control("GET", "/accounts")["data"][0]["id"])

    def add(self) -> ProcessorAccount:
        from duitpos.domain.processor_accounts.accounts import add_processor

        return add_processor(self.member, self.type.id, "stripe")

    def save(self, account: ProcessorAccount, **values: Any) -> SavedAccount:
        from duitpos.domain.processor_accounts.accounts import save_credentials

        api_base = values.pop("api_base", None)
        return save_credentials(self.member, account.id, values, api_base)

    def working(self) -> ProcessorAccount:
        """Add an account with valid keys."""
        saved = self.save(self.add(), secret_key=self.sandbox.secret_key, webhook_secret=WEBHOOK_SECRET)
        return saved.account

    def another_key(self, name: str = "Another Kopi") -> str:
        """A key of another Stripe account."""
        made = self.sandbox.control("POST", "/accounts", {"name": name})
        return str(made["secret_key"])

    def second_key(self, key: str = "sk_test_secondkeyofthesame", **facts: Any) -> str:
        """Another key of the first account."""
        self.sandbox.control("POST", f"/accounts/{self.account_id}/keys", {"key": key, **facts})
        return key

    def pay_with(self, account: ProcessorAccount, reference: str = "") -> None:
        """Create a payment with the account, so that the account is in use."""
        from duitpos.kit.clock import now
        from duitpos.models import Payment

        Payment.objects.bulk_create(
            [
                Payment(
                    tenant=self.tenant,
                    account=account,
                    payment_type_id=account.payment_type_id,
                    status="pending",
                    amount_minor=1000,
                    currency="MYR",
                    created_at=now(),
                    reference=reference,
                )
            ]
        )

    def rows(self) -> list[ProcessorAccount]:
        from duitpos.models import ProcessorAccount

        return list(ProcessorAccount.objects.filter(tenant=self.tenant).order_by("created_at", "id"))

    def fresh(self, account: ProcessorAccount) -> ProcessorAccount:
        return next(row for row in self.rows() if row.id == account.id)


@pytest.fixture
def owner(db: None, sandbox: SandboxProcess) -> Iterator[Owner]:
    from duitpos.domain.tenancy.installation import forget
    from tests.support.restaurant import a_restaurant

    with override_settings(SANDBOX_URLS=[sandbox.url]):
        forget()
        yield Owner(a_restaurant(), sandbox)
    forget()
