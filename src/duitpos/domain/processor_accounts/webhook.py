"""An account's webhook address, and setting it up at a processor that offers an API for it (M26)."""

from __future__ import annotations

import structlog
from django.conf import settings

from duitpos.domain.errors import Unavailable
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.processor_accounts.credentials import lacking_verifier
from duitpos.domain.processor_accounts.findings import Finding
from duitpos.domain.processor_accounts.store import Changed, keep_installed
from duitpos.domain.reasons import reason_of
from duitpos.kit.facts import Facts, facts
from duitpos.kit.transact import outside_database, transact
from duitpos.models import ProcessorAccount
from duitpos.processors.base import WebhookSetup
from duitpos.processors.capabilities import WebhookAddress
from duitpos.processors.credentials import Credentials
from duitpos.processors.errors import ProcessorError
from duitpos.processors.registry import adapter

log = structlog.get_logger(__name__)


def webhook_address(account: ProcessorAccount, base_url: str, slug: str) -> str:
    """Return where the processor delivers this account's events; empty for one that delivers none."""
    shared = f"{base_url}/{slug}/webhooks/{account.processor}/"
    match adapter(account.processor).can.webhook_address:
        case WebhookAddress.NONE:
            return ""
        case WebhookAddress.SHARED:
            return shared
        case WebhookAddress.OWN:
            return f"{shared}{account.id}/"


def install_webhook(account: ProcessorAccount) -> tuple[ProcessorAccount, Facts | None]:
    """Set the address up if the processor offers it and nothing verifies deliveries yet.

    Return the account as it is then, and a finding for the owner. Call it with no transaction open. An entry that
    exists for this address is replaced, because what verifies it is not known here.
    """
    if lacking_verifier(account) is None:
        return account, None
    address = webhook_address(account, settings.BASE_URL, account.tenant.slug)
    try:
        webhooks = open_account(account).webhooks
        if webhooks is None or not address:
            return account, None
        with outside_database():
            verifying = _replace(webhooks, address)
        return transact(lambda: keep_installed(account, verifying)), facts(Finding.WEBHOOK_INSTALLED)
    except (ProcessorError, Unavailable) as error:
        return account, facts(Finding.WEBHOOK_NOT_INSTALLED, reason=reason_of(error))
    except Changed:
        # Somebody saved other credentials meanwhile: their own save does it.
        log.warning("webhook_installed_for_changed_account", account=str(account.id))
        return account, None


def _replace(webhooks: WebhookSetup, address: str) -> Credentials:
    existing = webhooks.find(address)
    if existing is not None:
        webhooks.remove(existing.id)
    return webhooks.install(address)
