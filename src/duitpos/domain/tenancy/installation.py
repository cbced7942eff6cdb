"""The installation: the id of this database, and the address it was adopted for (M20)."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from duitpos.domain.errors import Code, Unavailable
from duitpos.models import Installation


@lru_cache(maxsize=1)
def installation() -> Installation:
    """This installation, cached. On a new database the first call inserts the row, for the current BASE_URL."""
    return Installation.objects.order_by("adopted_at", "id").first() or _make()


def require_adopted() -> None:
    """Unavailable when this database was adopted for another BASE_URL: it is a copy, and must move no money."""
    if installation().base_url == settings.BASE_URL:
        return
    # Another process may have adopted it since this one read it.
    forget()
    stored = installation().base_url
    if stored != settings.BASE_URL:
        raise Unavailable(Code.NOT_ADOPTED, stored=stored, here=settings.BASE_URL)


def adopt_installation() -> str:
    """Make this database belong to the current BASE_URL. Returns the previous one."""
    forget()
    before = installation().base_url
    Installation.objects.filter(id=installation().id).update(base_url=settings.BASE_URL)
    forget()
    return before


def forget() -> None:
    """Clear the cache, so that the next call reads the row again."""
    installation.cache_clear()


def _make() -> Installation:
    # Concurrent processes derive the same id from the same environment, so that the primary key lets only one of them
    # insert, on any database. Later changes of that environment do not change the stored id.
    digest = salted_hmac("duitpos.installation", settings.BASE_URL, algorithm="sha256").digest()
    row, _made = Installation.objects.get_or_create(
        id=UUID(bytes=digest[:16], version=4), defaults={"base_url": settings.BASE_URL}
    )
    return row
