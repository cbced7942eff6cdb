"""What the page of a webhook shows."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from duitpos.domain.processor_accounts.accounts import account_of
from duitpos.domain.processor_accounts.health import made_health_of
from duitpos.domain.processor_accounts.webhooks.judge import (
    BAD,
    WebhookFinding,
    WebhookReport,
    judge,
    stale_endpoints,
)
from duitpos.domain.processor_accounts.webhooks.look import address_of
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts
from duitpos.models import AccountHealth, Membership, ProcessorAccount
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

    @property
    def bad(self) -> tuple[Facts, ...]:
        """What needs action."""
        return tuple(one for one in self.report.findings if one["code"] in BAD)

    @property
    def notes(self) -> tuple[Facts, ...]:
        """What does not."""
        return tuple(one for one in self.report.findings if one["code"] not in BAD)

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


def webhook_view(member: Membership, account: ProcessorAccount) -> WebhookView:
    """Judge what is stored, without a call."""
    account = account_of(member.tenant_id, account.id)
    health, address = made_health_of(account), address_of(account)
    kind = adapter(account.processor)
    return WebhookView(
        account=account,
        label=kind.label,
        health=health,
        report=judge(account, health, address, now()),
        address=address,
        events=kind.guide_events,
        can_remove=bool(stale_endpoints(health, address)),
    )
