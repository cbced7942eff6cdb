"""Make an account's endpoint as soon as its credentials are saved, where that is how a processor does it (M26)."""

from __future__ import annotations

import structlog

from duitpos.domain.errors import Conflict, Unavailable
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.processor_accounts.credentials import lacking_verifier
from duitpos.domain.processor_accounts.findings import Finding
from duitpos.domain.processor_accounts.webhooks.repair import (
    claim_repair,
    reason_of_refusal,
    release_repair,
    replace_endpoint,
)
from duitpos.kit.facts import Facts, facts
from duitpos.models import ProcessorAccount
from duitpos.processors.errors import ProcessorError

log = structlog.get_logger(__name__)


def install_webhook(account: ProcessorAccount) -> tuple[ProcessorAccount, Facts | None]:
    """Make the endpoint if the processor offers it and nothing verifies deliveries yet.

    Return the account as it is then, and a finding for the owner. Call it with no transaction open. An entry that
    exists for this address is replaced, because what verifies it is not known here.
    """
    if lacking_verifier(account) is None:
        return account, None
    try:
        endpoints = open_account(account).endpoints
        if endpoints is None or not endpoints.is_made_on_saving:
            return account, None
        health = claim_repair(account, is_pressed=True)
        if health is None:
            # Somebody else is making it now.
            return account, None
        try:
            return replace_endpoint(account, health), facts(Finding.WEBHOOK_INSTALLED)
        finally:
            release_repair(health)
    except (ProcessorError, Unavailable) as error:
        return account, facts(Finding.WEBHOOK_NOT_INSTALLED, reason=reason_of_refusal(error))
    except Conflict:
        # Somebody saved other credentials meanwhile: their own save does it.
        log.warning("webhook_installed_for_changed_account", account=str(account.id))
        return account, None
