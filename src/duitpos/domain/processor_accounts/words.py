"""What an owner is told after keys were saved or checked."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from duitpos.models import Location, ProcessorAccount
from duitpos.models.payment_setup import AccountState, Mode
from duitpos.processors.base import AccountFacts
from duitpos.processors.registry import adapter


def owner_words(account: ProcessorAccount) -> str:
    """Whose account it is: "Warung Sedap (MY), test mode"."""
    mode = _("live mode: real money") if account.mode == Mode.LIVE else _("test mode: no real money")
    name = account.name or account.external_id or _("An account whose name the key may not read")
    country = f" ({account.country})" if account.country else ""
    return f"{name}{country}, {mode}"


def messages_of(account: ProcessorAccount, facts: AccountFacts) -> tuple[str, ...]:
    """Everything worth saying about an account that was just checked; the first says whose it is."""
    said = [_("The key belongs to %(owner)s.") % {"owner": owner_words(account)}]
    said += facts.warnings
    said += _currencies(account, facts)
    said += _others(account)
    if "webhook_secret" not in account.secrets:
        said.append(
            _(
                "There is no webhook secret yet. Payments are found all the same, by the guest's return and by regular"
                " checks; with it, orders appear a little sooner."
            )
        )
    if not account.payment_type.is_active:
        said.append(
            _("“%(type)s” is not active yet: guests cannot choose it.") % {"type": account.payment_type.name}
        )
    return tuple(said)


def _currencies(account: ProcessorAccount, facts: AccountFacts) -> Iterator[str]:
    kind = adapter(account.processor)
    locations = Location.objects.filter(tenant_id=account.tenant_id).order_by("position", "slug")
    for location in locations:
        problem = kind.currency_problem(location.currency)
        if problem:
            yield f"{location.name}: {problem}"
        elif facts.currency and facts.currency != location.currency:
            yield _(
                "%(location)s charges in %(charged)s, but the account is kept in %(kept)s:"
                " %(processor)s converts every payment, for a fee."
            ) % {
                "location": location.name,
                "charged": location.currency,
                "kept": facts.currency,
                "processor": kind.label,
            }


def _others(account: ProcessorAccount) -> Iterator[str]:
    """Other accounts in use: mixed modes, and one account behind two types."""
    others = ProcessorAccount.objects.filter(
        tenant_id=account.tenant_id, state=AccountState.ACTIVE
    ).select_related("payment_type")
    for other in others.exclude(id=account.id):
        names = {"here": account.payment_type.name, "there": other.payment_type.name}
        if other.mode != account.mode:
            live, test = (
                (names["here"], names["there"]) if account.is_live else (names["there"], names["here"])
            )
            yield _(
                "Modes are mixed: “%(live)s” takes real money, “%(test)s” only test payments."
                " Before guests pay, use keys of one mode."
            ) % {"live": live, "test": test}
        elif other.external_id and other.external_id == account.external_id:
            yield _("The same account also serves “%(there)s”.") % names
