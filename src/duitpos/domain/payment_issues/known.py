"""The rows that several checks judge, read once for all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max

from duitpos.domain.alerts.queries import PAGE
from duitpos.domain.tenancy.find import locations
from duitpos.models import (
    AccountHealth,
    Alert,
    Location,
    Payment,
    PaymentType,
    PaymentTypeOffer,
    ProcessorAccount,
    Tenant,
)
from duitpos.models.payment import PaymentStatus
from duitpos.models.payment_setup import AccountState, Channel
from duitpos.processors.registry import ADAPTERS

LATELY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Paid:
    """The payments of the last day that succeeded in one way, such as by webhook."""

    via: str
    count: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """A restaurant's set-up, open alerts and payments of the last day at one instant."""

    tenant: Tenant
    at: datetime
    sites: tuple[Location, ...]
    types: tuple[PaymentType, ...]
    accounts: tuple[ProcessorAccount, ...]
    """Newest first, without retired ones and those whose processor is not installed; each with its type."""
    health: dict[UUID, AccountHealth]
    not_offered: frozenset[tuple[UUID, UUID]]
    """Type and location of those that are not offered on phones."""
    not_at_counter: frozenset[tuple[UUID, UUID]]
    """The same of those that are not offered at the counter."""
    alerts: tuple[Alert, ...]
    paid: tuple[Paid, ...]

    def alerts_of(self, *kinds: str) -> list[Alert]:
        """The open alerts of these kinds, newest first."""
        return [alert for alert in self.alerts if alert.kind in kinds]


def load_known(tenant: Tenant, at: datetime) -> Known:
    """Read them in seven queries."""
    alerts = Alert.objects.filter(tenant=tenant, resolved_at__isnull=True).select_related("payment", "order")
    return replace(
        load_offers(tenant, at),
        health={row.account_id: row for row in AccountHealth.objects.filter(tenant=tenant)},
        alerts=tuple(alerts.order_by("-opened_at")[:PAGE]),
        paid=_paid(tenant, at),
    )


def load_offers(tenant: Tenant, at: datetime) -> Known:
    """Only what decides which payment types guests are offered. Four queries."""
    accounts = (
        ProcessorAccount.objects.filter(tenant=tenant, processor__in=ADAPTERS)
        .exclude(state=AccountState.RETIRED)
        .select_related("payment_type")
        .order_by("-created_at", "-id")
    )
    switched_off = PaymentTypeOffer.objects.filter(tenant=tenant, is_offered=False)
    offers = list(switched_off.values_list("payment_type_id", "location_id", "channel"))
    return Known(
        tenant=tenant,
        at=at,
        sites=tuple(locations(tenant)),
        types=tuple(PaymentType.objects.filter(tenant=tenant).order_by("position", "code")),
        accounts=tuple(accounts),
        health={},
        not_offered=frozenset(offer[:2] for offer in offers if offer[2] == Channel.PHONE),
        not_at_counter=frozenset(offer[:2] for offer in offers if offer[2] == Channel.COUNTER),
        alerts=(),
        paid=(),
    )


def _paid(tenant: Tenant, at: datetime) -> tuple[Paid, ...]:
    rows = Payment.objects.filter(
        tenant=tenant,
        created_at__gte=at - LATELY,
        status=PaymentStatus.SUCCEEDED,
        account__processor__in=ADAPTERS,
    )
    counted = rows.values("settled_via").annotate(count=Count("id"), last=Max("settled_at"))
    return tuple(Paid(row["settled_via"], row["count"], row["last"]) for row in counted if row["last"])
