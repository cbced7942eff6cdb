"""From the first words of an address to the restaurant and its sites."""

from __future__ import annotations

import re
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from duitpos.domain.errors import Code, Gone
from duitpos.models import Location, Tenant

_SECONDS = 10
"""How long another process may go on with a restaurant as it was before a change."""

_SLUG = re.compile(r"[a-z0-9-]{1,40}")
"""What a slug looks like (models.Tenant): anything else is nobody's, and no key for a cache."""


def tenant_by_slug(slug: str) -> Tenant:
    """The restaurant of an address, a closed one too (it starts nothing, but still receives and refunds). Gone."""
    if not _SLUG.fullmatch(slug):
        raise _no_such_restaurant()
    tenant: Tenant | None = cache.get(_key(slug))
    if tenant is None:
        tenant = Tenant.objects.filter(slug=slug).first()
        if tenant is None:
            raise _no_such_restaurant()
        cache.set(_key(slug), tenant, _SECONDS)
    return tenant


def location_of(tenant: Tenant, slug: str) -> Location:
    """A site of the restaurant. Gone."""
    location = Location.objects.filter(tenant=tenant, slug=slug).first()
    if location is None:
        raise Gone(Code.LOCATION_UNKNOWN_HERE, restaurant=tenant.name)
    return location


def locations(tenant: Tenant) -> list[Location]:
    """All sites of the restaurant, in its own order."""
    return list(Location.objects.filter(tenant=tenant).order_by("position", "name"))


def _no_such_restaurant() -> Gone:
    return Gone(Code.RESTAURANT_UNKNOWN)


def _key(slug: str) -> str:
    return f"tenant:{slug}"


@receiver(post_save, sender=Tenant, dispatch_uid="duitpos.tenancy.find")
def _forget(sender: type[Tenant], instance: Tenant, **kwargs: Any) -> None:
    """Whoever changes a restaurant, what was kept of it is stale: at once for the writer, at commit for all others."""
    cache.delete(_key(instance.slug))
    transaction.on_commit(lambda: cache.delete(_key(instance.slug)))
