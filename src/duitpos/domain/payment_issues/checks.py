"""All checks of the payment issues, in the order of the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from duitpos.domain.payment_issues.account_checks import check_keys, check_pages, check_webhooks
from duitpos.domain.payment_issues.declines import check_declines
from duitpos.domain.payment_issues.findings import Check
from duitpos.domain.payment_issues.known import load_known
from duitpos.domain.payment_issues.money_checks import check_duplicates, check_placed, check_refunds
from duitpos.domain.payment_issues.offer_check import check_offered
from duitpos.kit.clock import now
from duitpos.kit.kept import Kept
from duitpos.models import Location, Tenant

_counts: Kept[int] = Kept(seconds=20, most=1000)
"""How many checks of a restaurant are red: the badge is on every page, and the checks cost 15 queries."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The results at one instant. `home` is the first location, whose time zone and locale the page uses."""

    at: datetime
    checks: tuple[Check, ...]
    home: Location

    @property
    def red(self) -> int:
        """How many of them are red."""
        return sum(check.is_red for check in self.checks)


def run_checks(tenant: Tenant) -> Checked:
    """Judge what is stored now; no call to a processor. 15 queries, however much there is."""
    known = load_known(tenant, now())
    found = Checked(
        known.at,
        (
            check_placed(known),
            check_duplicates(known),
            check_offered(known),
            check_keys(known),
            check_pages(known),
            check_declines(known),
            check_webhooks(known),
            check_refunds(known),
        ),
        known.sites[0],
    )
    _counts.set(str(tenant.id), found.red)
    return found


def red_count(tenant: Tenant) -> int:
    """How many checks are red, as it was up to 20 seconds ago."""
    kept = _counts.get(str(tenant.id))
    return run_checks(tenant).red if kept is None else kept


def kept_red_count(tenant: Tenant) -> int:
    """The same without a query; 0 when this process does not know it."""
    return _counts.get(str(tenant.id)) or 0
