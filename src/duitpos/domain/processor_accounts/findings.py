"""Findings for the owner after credentials were saved or checked, as codes and facts; the dashboard writes the text."""

from __future__ import annotations

from enum import StrEnum

from duitpos.domain.processor_accounts.account_codes import Severity
from duitpos.domain.processor_accounts.account_findings import account_findings, around
from duitpos.domain.processor_accounts.credentials import lacking_verifier
from duitpos.domain.processor_accounts.health import health_of
from duitpos.kit.facts import Facts, facts
from duitpos.models import ProcessorAccount
from duitpos.processors.registry import adapter


class Finding(StrEnum):
    """A finding about saved or checked credentials. AccountCode has what is on its page."""

    KEY_BELONGS_TO = "key_belongs_to"
    OTHER_ACCOUNT = "other_account"
    NO_KEY_YET = "no_key_yet"
    KEY_UNREADABLE = "key_unreadable"
    NOT_CHECKED = "not_checked"
    KEPT_BESIDE_THE_OLD = "kept_beside_the_old"
    KEPT_ALONE = "kept_alone"
    THROWN_AWAY = "thrown_away"
    MORE_ON_ITS_PAGE = "more_on_its_page"
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


def findings_of(account: ProcessorAccount, installed: Facts | None = None) -> tuple[Facts, ...]:
    """Return what to say at once about an account that was just checked; the first names its owner.

    Of its review only what stops payments is said, and how much more the account's page has. `installed` says what
    became of its webhook address, if that was set up now.
    """
    judged = account_findings(account, health_of(account), around(account.tenant_id))
    findings = [facts(Finding.KEY_BELONGS_TO, **owner_of(account))]
    findings += [one.about for one in judged if one.severity == Severity.STOPS]
    if to_mend := sum(one.severity == Severity.MEND for one in judged):
        findings.append(facts(Finding.MORE_ON_ITS_PAGE, count=to_mend))
    findings += [{**installed, "processor": adapter(account.processor).label}] if installed else []
    if lacking := lacking_verifier(account):
        findings.append(facts(Finding.NOTHING_VERIFIES, field=lacking.label))
    if not account.payment_type.is_active:
        findings.append(facts(Finding.TYPE_INACTIVE, type=account.payment_type.name))
    return tuple(findings)
