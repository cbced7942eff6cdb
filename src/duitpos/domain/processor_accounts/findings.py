"""Findings for the owner after credentials were saved or checked, as codes and facts; the dashboard writes the text."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from duitpos.domain.processor_accounts.credentials import lacking_verifier
from duitpos.kit.facts import Facts, facts
from duitpos.models import Location, ProcessorAccount
from duitpos.models.payment_setup import AccountState
from duitpos.processors.base import AccountFacts
from duitpos.processors.registry import adapter


class Finding(StrEnum):
    """A finding about saved or checked credentials. The processor's AccountWarning codes come beside them."""

    KEY_BELONGS_TO = "key_belongs_to"
    OTHER_ACCOUNT = "other_account"
    NO_KEY_YET = "no_key_yet"
    KEY_UNREADABLE = "key_unreadable"
    NOT_CHECKED = "not_checked"
    KEPT_BESIDE_THE_OLD = "kept_beside_the_old"
    KEPT_ALONE = "kept_alone"
    THROWN_AWAY = "thrown_away"
    CURRENCY_IMPOSSIBLE = "currency_impossible"
    CURRENCY_CONVERTED = "currency_converted"
    MODES_MIXED = "modes_mixed"
    ACCOUNT_SHARED = "account_shared"
    NOTHING_VERIFIES = "nothing_verifies"
    WEBHOOK_INSTALLED = "webhook_installed"
    WEBHOOK_NOT_INSTALLED = "webhook_not_installed"
    TYPE_INACTIVE = "type_inactive"


def owner_of(account: ProcessorAccount) -> Facts:
    """Return the account's owner and mode. `name` is the account id, or empty, if the key may not read the name.

    `mode` is empty when it is not known yet.
    """
    return {
        "name": account.name or account.external_id,
        "country": account.country,
        "mode": account.mode,
    }


def findings_of(
    account: ProcessorAccount, found: AccountFacts, installed: Facts | None = None
) -> tuple[Facts, ...]:
    """Return all findings about an account that was just checked; the first names its owner.

    `installed` says what became of its webhook address, if that was set up now.
    """
    processor = adapter(account.processor).label
    findings = [facts(Finding.KEY_BELONGS_TO, **owner_of(account))]
    findings += [{**warning, "processor": processor} for warning in found.warnings]
    findings += _currencies(account, found)
    findings += _others(account)
    findings += [{**installed, "processor": processor}] if installed else []
    if lacking := lacking_verifier(account):
        findings.append(facts(Finding.NOTHING_VERIFIES, field=lacking.label))
    if not account.payment_type.is_active:
        findings.append(facts(Finding.TYPE_INACTIVE, type=account.payment_type.name))
    return tuple(findings)


def _currencies(account: ProcessorAccount, found: AccountFacts) -> Iterator[Facts]:
    kind = adapter(account.processor)
    locations = Location.objects.filter(tenant_id=account.tenant_id).order_by("position", "slug")
    for location in locations:
        problem = kind.currency_problem(location.currency)
        if problem:
            yield facts(
                Finding.CURRENCY_IMPOSSIBLE,
                problem=problem,
                location=location.name,
                currency=location.currency,
                processor=kind.label,
            )
        elif found.currency and found.currency != location.currency:
            yield facts(
                Finding.CURRENCY_CONVERTED,
                location=location.name,
                charged=location.currency,
                kept=found.currency,
                processor=kind.label,
            )


def _others(account: ProcessorAccount) -> Iterator[Facts]:
    """Compare with other accounts in use: mixed modes, and one account for two types."""
    others = ProcessorAccount.objects.filter(
        tenant_id=account.tenant_id, state=AccountState.ACTIVE
    ).select_related("payment_type")
    for other in others.exclude(id=account.id):
        type_name, other_type_name = account.payment_type.name, other.payment_type.name
        if account.mode and other.mode and other.mode != account.mode:
            live, test = (type_name, other_type_name) if account.is_live else (other_type_name, type_name)
            yield facts(Finding.MODES_MIXED, live=live, test=test)
        elif other.external_id and other.external_id == account.external_id:
            yield facts(Finding.ACCOUNT_SHARED, there=other_type_name)
