"""What the dashboard shows of reviews: one account's page, and what stops payments in a list of types (M25)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from duitpos.domain.errors import Code, Gone
from duitpos.domain.processor_accounts.account_codes import AccountFinding, Severity
from duitpos.domain.processor_accounts.account_findings import Around, account_findings, around
from duitpos.domain.processor_accounts.findings import owner_of
from duitpos.domain.processor_accounts.health import health_of, healths_of
from duitpos.domain.processor_accounts.review_document import Review, review_of
from duitpos.domain.processor_accounts.types import TypeRow
from duitpos.kit.facts import Facts
from duitpos.models import AccountHealth, Location, ProcessorAccount, Tenant
from duitpos.models.payment_setup import AccountState
from duitpos.processors.registry import adapter


@dataclass(frozen=True, slots=True)
class AccountReview:
    """An account's page. `location` is the restaurant's first one, in whose zone times are shown."""

    account: ProcessorAccount
    label: str
    """The processor's."""
    owner: Facts
    health: AccountHealth
    review: Review | None
    findings: tuple[AccountFinding, ...]
    location: Location


def account_review(tenant: Tenant, type_id: UUID, account_id: UUID) -> AccountReview:
    """Read an account's page. Raises Gone. Four queries."""
    rows = ProcessorAccount.objects.filter(tenant=tenant, id=account_id, payment_type_id=type_id)
    account = rows.select_related("payment_type").first()
    if account is None:
        raise Gone(Code.ACCOUNT_UNKNOWN)
    health, compared = health_of(account), around(tenant.id)
    return AccountReview(
        account=account,
        label=adapter(account.processor).label,
        owner=owner_of(account),
        health=health,
        review=review_of(health),
        findings=account_findings(account, health, compared),
        location=compared.locations[0],
    )


def counts_of(tenant: Tenant, rows: Iterable[TypeRow]) -> Mapping[UUID, Mapping[Severity, int]]:
    """Return how many findings of each severity the accounts in use of these types have, by account. Three queries."""
    accounts = [one for row in rows for one in row.accounts if one.state == AccountState.ACTIVE]
    if not accounts:
        return {}
    compared = around(tenant.id)
    healths = healths_of(tenant.id, (one.id for one in accounts))
    in_use = {one.id: one for one in compared.accounts}
    return {
        one.id: _counted(in_use[one.id], healths.get(one.id), compared)
        for one in accounts
        # Somebody may have retired it meanwhile.
        if one.id in in_use
    }


def stopped_types(rows: Iterable[TypeRow], counts: Mapping[UUID, Mapping[Severity, int]]) -> frozenset[UUID]:
    """Return the ids of active types of which an account in use has a finding that stops payments."""
    return frozenset(
        row.type.id
        for row in rows
        if row.type.is_active
        and any(counts[one.id][Severity.STOPS] for one in row.accounts if one.id in counts)
    )


def _counted(
    account: ProcessorAccount, health: AccountHealth | None, compared: Around
) -> Mapping[Severity, int]:
    known = health or AccountHealth(tenant_id=account.tenant_id, account_id=account.id)
    counts = dict.fromkeys(Severity, 0)
    for finding in account_findings(account, known, compared):
        counts[finding.severity] += 1
    return counts
