"""What the page of a webhook shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import Count

from duitpos.domain.errors import Unavailable
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.processor_accounts.accounts import account_of
from duitpos.domain.processor_accounts.health import healths_of, made_health_of
from duitpos.domain.processor_accounts.types import TypeRow
from duitpos.domain.processor_accounts.webhook import webhook_address
from duitpos.domain.processor_accounts.webhooks.judge import (
    BAD,
    MENDABLE,
    WebhookFinding,
    WebhookReport,
    WebhookState,
    judge,
    stale_endpoints,
)
from duitpos.domain.processor_accounts.webhooks.look import LATELY, address_of, has_webhook
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts
from duitpos.models import AccountHealth, Membership, Payment, ProcessorAccount, Tenant
from duitpos.models.payment_setup import AccountState
from duitpos.processors.endpoints import WebhookEndpoints
from duitpos.processors.errors import ProcessorError
from duitpos.processors.registry import adapter


@dataclass(frozen=True, slots=True)
class WebhookView:
    """A webhook as its owner sees it."""

    account: ProcessorAccount
    label: str
    health: AccountHealth
    report: WebhookReport
    address: str
    events: tuple[tuple[str, bool], ...]
    can_remove: bool
    can_make: bool
    """Whether the processor has an API for endpoints; otherwise all of it is done by hand."""
    can_prove: bool
    found_by: Mapping[str, int]
    """How many payments of the last 24 hours were found in which way (Payment.settled_via)."""

    @property
    def bad(self) -> tuple[Facts, ...]:
        """What needs action."""
        return tuple(one for one in self.report.findings if one["code"] in BAD)

    @property
    def notes(self) -> tuple[Facts, ...]:
        """What does not."""
        return tuple(one for one in self.report.findings if one["code"] not in BAD)

    @property
    def can_repair(self) -> bool:
        """Whether there is something that a repair may put right."""
        return bool(self.bad) or self.report.has(*MENDABLE) or self.report.state == WebhookState.MISSING

    @property
    def is_awaited(self) -> bool:
        """Whether a test event is on its way, so that the page asks again."""
        return bool(self.health.proof_reference) and not self.report.has(WebhookFinding.PROOF_LATE)

    @property
    def listen_command(self) -> str:
        """The command that forwards events to this machine; empty at an address that the processor reaches."""
        host = urlsplit(self.address).hostname or ""
        if host not in ("localhost", "127.0.0.1", "::1"):
            return ""
        guide = adapter(self.account.processor).guide
        return guide.command([name for name, _ in self.events], self.address) if guide else ""


def found_by(account: ProcessorAccount, at: datetime) -> dict[str, int]:
    """Count the account's payments of the last 24 hours by what found them. One query, whatever the history."""
    rows = Payment.objects.filter(
        tenant_id=account.tenant_id,
        account_id=account.id,
        settled_at__gt=at - LATELY,
        # Bounds the read by an index. A payment that a bank takes longer for is not among them.
        created_at__gt=at - 3 * LATELY,
    )
    counted = rows.values("settled_via").annotate(count=Count("id")).order_by()
    return {one["settled_via"]: one["count"] for one in counted}


def webhook_view(member: Membership, account: ProcessorAccount) -> WebhookView:
    """Judge what is stored, without a call."""
    # In this order: a test event that arrives between the two reads is seen as delivered while it is still awaited, and
    # not as neither, in which the page would stop asking.
    health = made_health_of(account)
    account = account_of(member.tenant_id, account.id)
    address = address_of(account)
    kind, endpoints = adapter(account.processor), _endpoints_of(account)
    return WebhookView(
        account=account,
        label=kind.label,
        health=health,
        report=judge(account, health, address, now()),
        address=address,
        events=kind.guide_events,
        can_make=endpoints is not None,
        can_prove=endpoints is not None and endpoints.can_prove,
        can_remove=bool(stale_endpoints(health, address)),
        found_by=found_by(account, now()),
    )


def _endpoints_of(account: ProcessorAccount) -> WebhookEndpoints | None:
    """The API for endpoints, which is not called; None as well when the credentials cannot be used."""
    try:
        return open_account(account).endpoints
    except (ProcessorError, Unavailable):
        return None


def webhook_reports(tenant: Tenant, rows: Iterable[TypeRow]) -> dict[UUID, WebhookReport]:
    """Judge what is stored of the webhook of each active type's account in use, by the type's id. One query."""
    accounts = [
        account
        for row in rows
        for account in row.accounts
        if row.type.is_active and account.state == AccountState.ACTIVE and has_webhook(account)
    ]
    known, at = healths_of(tenant.id, (account.id for account in accounts)), now()
    return {
        account.payment_type_id: judge(
            account,
            known.get(account.id) or AccountHealth(tenant_id=tenant.id, account_id=account.id),
            webhook_address(account, settings.BASE_URL, tenant.slug),
            at,
        )
        for account in accounts
    }
