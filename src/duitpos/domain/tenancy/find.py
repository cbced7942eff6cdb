"""Find a restaurant and its locations by the slugs in a URL."""

from __future__ import annotations

import re
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from duitpos.domain.errors import Code, Gone
from duitpos.kit.kept import Kept
from duitpos.models import Location, Tenant

_SECONDS = 10
"""How long another process may use a restaurant's row from before a change."""

_recent: Kept[list[Location]] = Kept(seconds=_SECONDS, most=1000)
"""In this process's memory: the cache's copy of them would take a confirm longer than all that it does with them."""

_SLUG = re.compile(r"[a-z0-9-]{1,40}")
"""The format of a slug (models.Tenant). No other text is looked up or used as a cache key."""


def tenant_by_slug(slug: str) -> Tenant:
    """The restaurant with this slug, even if closed (it still receives and refunds). Gone."""
    if not _SLUG.fullmatch(slug):
        raise _no_such_restaurant()
    tenant: Tenant | None = cache.get(_key(slug))
    if tenant is None:
        tenant = Tenant.objects.filter(slug=slug).first()
        if tenant is None:
            raise _no_such_restaurant()
        cache.set(_key(slug), tenant, _SECONDS)
    return tenant


def has_restaurants() -> bool:
    """Whether any restaurant was opened in this installation."""
    return Tenant.objects.exists()


def location_of(tenant: Tenant, slug: str) -> Location:
    """The restaurant's location with this slug. Gone."""
    location = Location.objects.filter(tenant=tenant, slug=slug).first()
    if location is None:
        raise Gone(Code.LOCATION_UNKNOWN_HERE, restaurant=tenant.name)
    return location


def locations(tenant: Tenant) -> list[Location]:
    """All locations of the restaurant, in display order."""
    return list(Location.objects.filter(tenant=tenant).order_by("position", "name"))


def recent_locations(tenant: Tenant) -> list[Location]:
    """The restaurant's locations as they were up to ten seconds ago.

    Whoever decides by them compares them with the rows again in the statement that writes. Several threads share them:
    change nothing in them.
    """
    key = str(tenant.id)
    known = _recent.get(key)
    if known is None:
        known = locations(tenant)
        _recent.set(key, known)
    return known


def forget_locations(tenant: Tenant) -> None:
    """Have the next `recent_locations` of this process read them again."""
    _recent.forget(str(tenant.id))


def forget_tenant(tenant: Tenant) -> None:
    """Have the next `tenant_by_slug` read the row again, after an update without `save`."""
    cache.delete(_key(tenant.slug))


def _no_such_restaurant() -> Gone:
    return Gone(Code.RESTAURANT_UNKNOWN)


def _key(slug: str) -> str:
    return f"tenant:{slug}"


@receiver(post_save, sender=Tenant, dispatch_uid="duitpos.tenancy.find")
def _forget(sender: type[Tenant], instance: Tenant, **kwargs: Any) -> None:
    """Invalidate the cached row when a restaurant is saved: now for this process, at commit for all others."""
    cache.delete(_key(instance.slug))
    transaction.on_commit(lambda: cache.delete(_key(instance.slug)))
