"""Look at an account's webhook endpoints and undelivered events, and store what was seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef

from duitpos.domain.errors import Unavailable
from duitpos.domain.payments.processors.connect import open_account, stored_or_none
from duitpos.domain.processor_accounts.credentials import verifying_part
from duitpos.domain.processor_accounts.health import made_health_of
from duitpos.domain.processor_accounts.webhook import webhook_address
from duitpos.domain.reasons import reason_of
from duitpos.domain.tenancy.installation import installation
from duitpos.kit.clock import now
from duitpos.kit.transact import outside_database
from duitpos.models import AccountHealth, Payment, ProcessorAccount, Tenant, WebhookEvent
from duitpos.processors.capabilities import WebhookAddress
from duitpos.processors.credentials import Credentials
from duitpos.processors.endpoints import EndpointTag, WebhookEndpoint
from duitpos.processors.errors import ProcessorError
from duitpos.processors.registry import adapter


class Owner(StrEnum):
    """Who else may have an endpoint at the processor's account."""

    INSTALLATION = "installation"
    RESTAURANT = "restaurant"


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
    """What verifies its deliveries was stored here when it was made, and still verifies."""
    mark: str = ""
    """Which secret that was (mark_of), so that a look tells whether it is still among those saved; empty: unknown."""
    owner: str = ""
    """Whose it is if it is not ours (Owner); empty: a person's or other software's."""


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


def mark_of(verifying: Credentials) -> str:
    """A short digest that tells what verifies from others, and from which it cannot be found: it is long and random."""
    text = json.dumps(sorted(verifying.items()))
    return sha256(text.encode()).hexdigest()[:16]


def seen(
    endpoint: WebhookEndpoint, *, is_ours: bool, has_secret: bool, mark: str = "", owner: str = ""
) -> SeenEndpoint:
    """What is stored of an endpoint."""
    return SeenEndpoint(
        id=endpoint.id,
        url=endpoint.url,
        is_enabled=endpoint.is_enabled,
        events=endpoint.events,
        api_version=endpoint.api_version,
        created_at=endpoint.created_at.isoformat() if endpoint.created_at else "",
        is_ours=is_ours,
        has_secret=has_secret,
        mark=mark,
        owner=owner,
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
            kept = counts_undelivered and adapter(account.processor).can.events_kept
            events = list(processor.undelivered(at - LATELY)) if kept else None
    except (ProcessorError, Unavailable) as error:
        return _store(health, endpoints_problem=reason_of(error), endpoints_asked_at=at)
    if events is not None:
        late = [one.created_at for one in events if one.created_at and one.created_at < at - GRACE]
        _store(health, undelivered=len(late), undelivered_since=min(late, default=None))
    return _store(
        health,
        endpoints=_documents(account, found, keeps_tags=processor.endpoints.keeps_tags),
        endpoints_seen_at=at,
        endpoints_asked_at=at,
        endpoints_problem={},
    )


def _documents(
    account: ProcessorAccount, found: Sequence[WebhookEndpoint], *, keeps_tags: bool
) -> list[dict[str, Any]]:
    """What is stored of the endpoints that were listed."""
    tag, marks, address = tag_of(account), marks_of(account), address_of(account)
    owners = _owners(account, found, tag)
    # Read again: an endpoint may have been made during the calls.
    before = {one.id: one for one in seen_endpoints(made_health_of(account))}
    documents = []
    for one in found:
        was = before.get(one.id)
        mark = was.mark if was is not None else ""
        had_secret = was is not None and was.has_secret
        has_secret = mark in marks if mark and marks is not None else had_secret
        is_ours = one.tag == tag if keeps_tags else one.url == address
        kept = seen(one, is_ours=is_ours, has_secret=has_secret, mark=mark, owner=owners.get(one.id, ""))
        documents.append(document(kept))
    return documents


def marks_of(account: ProcessorAccount) -> frozenset[str] | None:
    """The marks of all that verifies deliveries now; None when it cannot be read."""
    row = ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id).first()
    stored = stored_or_none(row) if row is not None else None
    if stored is None:
        return None
    kind = adapter(account.processor)
    return frozenset(mark_of(verifying_part(kind, one)) for one in stored.verifying_at(now()))


def _owners(account: ProcessorAccount, found: Sequence[WebhookEndpoint], ours: EndpointTag) -> dict[str, str]:
    """Whose the endpoints of others are, by id: by their tag, or below our own address by the restaurant's slug."""
    owners, slugs = {}, {}
    for one in found:
        if one.tag is not None and one.tag != ours:
            is_here = one.tag.installation == ours.installation
            owners[one.id] = (Owner.RESTAURANT if is_here else Owner.INSTALLATION).value
        elif one.tag is None and (slug := _slug_in(one.url)) not in ("", account.tenant.slug):
            slugs[one.id] = slug
    if slugs:
        there = set(Tenant.objects.filter(slug__in=set(slugs.values())).values_list("slug", flat=True))
        owners |= {id_: Owner.RESTAURANT.value for id_, slug in slugs.items() if slug in there}
    return owners


def _slug_in(url: str) -> str:
    """The restaurant's slug in an address below ours; empty for any other address."""
    base = f"{settings.BASE_URL}/"
    return url.removeprefix(base).partition("/")[0] if url.startswith(base) else ""


def note_missed(account: ProcessorAccount, health: AccountHealth) -> AccountHealth:
    """Store the last payment of the day whose own event was not delivered within GRACE. One query.

    It is read from what is stored here, so it is noticed for every processor that has a webhook.
    """
    if not has_webhook(account):
        return health
    missed = last_missed(account, now(), health.healed_at)
    if missed is None or (health.missed_at is not None and health.missed_at >= missed):
        return health
    return _store(health, missed_at=missed)


def has_webhook(account: ProcessorAccount) -> bool:
    """Whether the account's processor delivers events at all."""
    return adapter(account.processor).can.webhook_address != WebhookAddress.NONE


def last_missed(account: ProcessorAccount, at: datetime, healed_at: datetime | None) -> datetime | None:
    """When the last payment was settled that was found in another way and whose event has not been delivered.

    One that was started before the last repair may have been paid before it, which says nothing of the repaired one.
    """
    delivered = WebhookEvent.objects.filter(
        tenant_id=account.tenant_id, payment_id=OuterRef("id"), is_listed=False
    )
    rows = Payment.objects.filter(
        ~Exists(delivered),
        tenant_id=account.tenant_id,
        account_id=account.id,
        created_at__gt=max(healed_at or at - 3 * LATELY, at - 3 * LATELY),
        settled_at__gt=at - LATELY,
        settled_at__lte=at - GRACE,
        settled_via__in=("return", "sweep", "button"),
    )
    return rows.order_by("-settled_at").values_list("settled_at", flat=True).first()


def _store(health: AccountHealth, **columns: Any) -> AccountHealth:
    AccountHealth.objects.filter(tenant_id=health.tenant_id, id=health.id).update(**columns)
    health.refresh_from_db()
    return health
