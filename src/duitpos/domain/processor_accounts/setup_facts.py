"""Read what the set-up's steps are judged from, in eight queries, and none of them asks the processor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from duitpos.domain.payments.processors.connect import stored_or_none
from duitpos.domain.payments.references import references_of
from duitpos.domain.processor_accounts.credentials import lacking_verifier
from duitpos.domain.tables.find import tables_of
from duitpos.domain.tenancy.find import locations
from duitpos.kit.clock import now
from duitpos.models import (
    AccountHealth,
    ItemStock,
    Location,
    MenuItem,
    Payment,
    PaymentType,
    ProcessorAccount,
    Refund,
    Table,
    Tenant,
)
from duitpos.models.menu import StockStatus
from duitpos.models.payment import PaymentStatus
from duitpos.models.payment_setup import AccountState, PaymentKind
from duitpos.processors.base import Adapter
from duitpos.processors.registry import ADAPTERS

MOST_REFUNDS = 20
"""So many of the newest refunds of test payments are looked at."""


@dataclass(frozen=True, slots=True)
class SetupFacts:
    """What is true of a restaurant now.

    `account` is the one that the steps are about: in use, or else without a key yet; never a retired one. `payment` is
    its newest paid test payment with its order, `refunds` are those of all its test payments, newest first.
    """

    locations: Sequence[Location]
    tables: Sequence[Table]
    dishes: int
    types: Sequence[PaymentType]
    account: ProcessorAccount | None
    has_key: bool
    waits: bool
    """A pasted key could not be checked yet."""
    verifies: bool
    health: AccountHealth | None
    payment: Payment | None
    payment_page: str
    """The payment's address in the processor's dashboard; empty when it has none."""
    refunds: Sequence[Refund]

    @property
    def site(self) -> Location:
        """Where the test order is made: the first table's location, else the first; a blank one if there is none.

        One that is closed for good does not count.
        """
        sites = [*(table.location for table in self.tables), *self.locations]
        sites = [site for site in sites if site.closed_at is None]
        return next(iter(sites), Location())


def guided_processor() -> Adapter:
    """The processor that the set-up page leads to: the first installed one that has a guide."""
    return next(kind for kind in ADAPTERS.values() if kind.guide is not None)


def read_setup(tenant: Tenant) -> SetupFacts:
    """Read the facts: eight queries with an account, six without."""
    sites = locations(tenant)
    account = account_in_setup(tenant)
    stored = stored_or_none(account) if account is not None else None
    payment = _newest_test_payment(account) if account is not None else None
    types = PaymentType.objects.filter(tenant=tenant, kind=PaymentKind.ONLINE)
    return SetupFacts(
        locations=sites,
        tables=tables_of(tenant),
        dishes=_dishes(tenant, sites),
        types=list(types.order_by("position", "code")),
        account=account,
        has_key=stored is not None
        and bool(stored.current)
        and account is not None
        and bool(account.checked_at),
        waits=stored is not None and bool(stored.waiting),
        verifies=account is not None and stored is not None and lacking_verifier(account) is None,
        health=_health(account) if account is not None else None,
        payment=payment,
        payment_page=_page(payment),
        refunds=_refunds(account) if account is not None else (),
    )


def account_in_setup(tenant: Tenant) -> ProcessorAccount | None:
    """The guided processor's account that takes new payments; before there is one, the one that waits for its key."""
    rows = ProcessorAccount.objects.filter(tenant=tenant, processor=guided_processor().name)
    usable = rows.exclude(state=AccountState.RETIRED).select_related("payment_type", "tenant")
    return min(usable.order_by("-created_at", "-id"), key=_rank, default=None)


def _rank(account: ProcessorAccount) -> tuple[bool, bool, bool, int]:
    # As at checkout (checkout/options.py): a live account in use takes all new payments.
    kind = account.payment_type
    return account.state != AccountState.ACTIVE, not kind.is_active, not account.is_live, kind.position


def _dishes(tenant: Tenant, sites: Sequence[Location]) -> int:
    """How many dishes are on the menu, in a location's currency, and not sold out anywhere."""
    gone = ItemStock.objects.filter(
        Q(until__isnull=True) | Q(until__gt=now()),
        tenant=tenant,
        item_id=OuterRef("id"),
        status=StockStatus.OUT_OF_STOCK,
    )
    rows = MenuItem.objects.filter(
        tenant=tenant,
        archived_at__isnull=True,
        section__archived_at__isnull=True,
        currency__in={site.currency for site in sites},
    )
    return rows.filter(~Exists(gone)).count()


def _health(account: ProcessorAccount) -> AccountHealth | None:
    return AccountHealth.objects.filter(tenant_id=account.tenant_id, account_id=account.id).first()


def _newest_test_payment(account: ProcessorAccount) -> Payment | None:
    rows = Payment.objects.filter(
        tenant_id=account.tenant_id,
        account_id=account.id,
        is_test=True,
        status=PaymentStatus.SUCCEEDED,
        order__number__isnull=False,
    )
    found = rows.select_related("order", "order__table", "location", "account")
    return found.order_by("-created_at", "-id").first()


def _page(payment: Payment | None) -> str:
    if payment is None:
        return ""
    account = payment.account
    kind = ADAPTERS[account.processor]
    return kind.payment_page(references_of(payment), account.api_base, is_test=payment.is_test)


def _refunds(account: ProcessorAccount) -> Sequence[Refund]:
    rows = Refund.objects.filter(
        tenant_id=account.tenant_id, payment__account_id=account.id, payment__is_test=True
    )
    return list(
        rows.select_related("payment", "payment__order").order_by("-created_at", "-id")[:MOST_REFUNDS]
    )
