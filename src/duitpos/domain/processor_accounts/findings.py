"""What an owner should know after keys were saved or checked, as codes and facts; the dashboard says it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from duitpos.kit.facts import Facts, facts
from duitpos.models import Location, ProcessorAccount
from duitpos.models.payment_setup import AccountState
from duitpos.processors.base import AccountFacts
from duitpos.processors.registry import adapter


class Finding(StrEnum):
    """What came of saving or checking keys. A processor's own warnings stand beside them."""

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
    NO_WEBHOOK_SECRET = "no_webhook_secret"
    TYPE_INACTIVE = "type_inactive"


def owner_of(account: ProcessorAccount) -> Facts:
    """Whose account it is, and whether it moves real money. `name` is empty where the key may not read it."""
    return {
        "name": account.name or account.external_id,
        "country": account.country,
        "mode": account.mode,
    }


def findings_of(account: ProcessorAccount, found: AccountFacts) -> tuple[Facts, ...]:
    """Everything worth saying about an account that was just checked; the first says whose it is."""
    said = [facts(Finding.KEY_BELONGS_TO, **owner_of(account)), *found.warnings]
    said += _currencies(account, found)
    said += _others(account)
    if "webhook_secret" not in account.secrets:
        said.append(facts(Finding.NO_WEBHOOK_SECRET))
    if not account.payment_type.is_active:
        said.append(facts(Finding.TYPE_INACTIVE, type=account.payment_type.name))
    return tuple(said)


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
    """Other accounts in use: mixed modes, and one account behind two types."""
    others = ProcessorAccount.objects.filter(
        tenant_id=account.tenant_id, state=AccountState.ACTIVE
    ).select_related("payment_type")
    for other in others.exclude(id=account.id):
        here, there = account.payment_type.name, other.payment_type.name
        if other.mode != account.mode:
            live, test = (here, there) if account.is_live else (there, here)
            yield facts(Finding.MODES_MIXED, live=live, test=test)
        elif other.external_id and other.external_id == account.external_id:
            yield facts(Finding.ACCOUNT_SHARED, there=there)
