"""Where an account's events are delivered."""

from __future__ import annotations

from duitpos.models import ProcessorAccount
from duitpos.processors.capabilities import WebhookAddress
from duitpos.processors.registry import adapter


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
