"""Look at an account's webhook endpoints and undelivered events, and store what was seen."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef

from duitpos.domain.errors import Unavailable
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.processor_accounts.health import made_health_of
from duitpos.domain.processor_accounts.webhook import webhook_address
from duitpos.domain.reasons import reason_of
from duitpos.domain.tenancy.installation import installation
from duitpos.kit.clock import now
from duitpos.kit.transact import outside_database
from duitpos.models import AccountHealth, Payment, ProcessorAccount, WebhookEvent
from duitpos.processors.endpoints import EndpointTag, WebhookEndpoint
from duitpos.processors.errors import ProcessorError
from duitpos.processors.registry import adapter

GRACE = timedelta(minutes=5)
"""How long after its payment an event may take to arrive."""
LATELY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SeenEndpoint:
    """An endpoint as it was last seen, as stored in AccountHealth.endpoints."""

    id: str
    url: str
    is_enabled: bool
    events: tuple[str, ...]
    api_version: str
    created_at: str
    is_ours: bool
    """Made by this installation for this restaurant."""
    has_secret: bool
    """What verifies its deliveries was stored here when it was made."""


def tag_of(account: ProcessorAccount) -> EndpointTag:
    """What marks the endpoints that this installation makes for this restaurant."""
    return EndpointTag(str(installation().id), str(account.tenant_id))


def address_of(account: ProcessorAccount) -> str:
    """Where this account's events are to be delivered."""
    return webhook_address(account, settings.BASE_URL, account.tenant.slug)


def seen_endpoints(health: AccountHealth) -> tuple[SeenEndpoint, ...]:
    """The endpoints as they were last seen, oldest first."""
    return tuple(SeenEndpoint(**{**one, "events": tuple(one["events"])}) for one in health.endpoints)


def document(seen: SeenEndpoint) -> dict[str, Any]:
    """How a seen endpoint is stored."""
    return {**asdict(seen), "events": list(seen.events)}


def seen(endpoint: WebhookEndpoint, tag: EndpointTag, *, has_secret: bool) -> SeenEndpoint:
    """What is stored of an endpoint."""
    return SeenEndpoint(
        id=endpoint.id,
        url=endpoint.url,
        is_enabled=endpoint.is_enabled,
        events=endpoint.events,
        api_version=endpoint.api_version,
        created_at=endpoint.created_at.isoformat(),
        is_ours=endpoint.tag == tag,
        has_secret=has_secret,
    )


def look(account: ProcessorAccount, *, counts_undelivered: bool = True) -> AccountHealth:
    """List endpoints and undelivered events and store them; a refusal is stored too. Call it outside a transaction."""
    health, at = made_health_of(account), now()
    try:
        processor = open_account(account)
        if processor.endpoints is None:
            return health
        with outside_database():
            found = processor.endpoints.list()
            events = list(processor.undelivered(at - LATELY)) if counts_undelivered else None
    except (ProcessorError, Unavailable) as error:
        return _store(health, endpoints_problem=reason_of(error), endpoints_seen_at=at)
    if events is not None:
        late = [one.created_at for one in events if one.created_at and one.created_at < at - GRACE]
        _store(health, undelivered=len(late), undelivered_since=min(late, default=None))
    tag = tag_of(account)
    # Read again: an endpoint may have been made during the calls.
    known = {one.id for one in seen_endpoints(made_health_of(account)) if one.has_secret}
    return _store(
        health,
        endpoints=[document(seen(one, tag, has_secret=one.id in known)) for one in found],
        endpoints_seen_at=at,
        endpoints_problem={},
    )


def note_missed(account: ProcessorAccount, health: AccountHealth) -> AccountHealth:
    """Store the last payment of the day whose own event was not delivered within GRACE. One query."""
    if not adapter(account.processor).can.lists_started:
        return health
    missed = last_missed(account, now())
    if missed is None or (health.missed_at is not None and health.missed_at >= missed):
        return health
    return _store(health, missed_at=missed)


def last_missed(account: ProcessorAccount, at: datetime) -> datetime | None:
    """When the last payment was settled that was found in another way and whose event has not been delivered."""
    delivered = WebhookEvent.objects.filter(
        tenant_id=account.tenant_id, payment_id=OuterRef("id"), is_listed=False
    )
    rows = Payment.objects.filter(
        ~Exists(delivered),
        tenant_id=account.tenant_id,
        account_id=account.id,
        settled_at__gt=at - LATELY,
        settled_at__lte=at - GRACE,
        settled_via__in=("return", "sweep", "button"),
    )
    return rows.order_by("-settled_at").values_list("settled_at", flat=True).first()


def _store(health: AccountHealth, **columns: Any) -> AccountHealth:
    AccountHealth.objects.filter(tenant_id=health.tenant_id, id=health.id).update(**columns)
    health.refresh_from_db()
    return health
