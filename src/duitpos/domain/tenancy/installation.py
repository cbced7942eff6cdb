"""Who we are: the id of this database, and the address it was adopted for (M19, M20)."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from duitpos.domain.errors import Code, Unavailable
from duitpos.models import Installation


@lru_cache(maxsize=1)
def installation() -> Installation:
    """This installation, read once. On a new database the first call makes the row, for the present BASE_URL."""
    return Installation.objects.order_by("adopted_at", "id").first() or _make()


def require_adopted() -> None:
    """Unavailable when this database was adopted for another BASE_URL: it is a copy, and must move no money (M20)."""
    if installation().base_url == settings.BASE_URL:
        return
    # Another process may have adopted it since this one read it.
    forget()
    stored = installation().base_url
    if stored != settings.BASE_URL:
        raise Unavailable(Code.NOT_ADOPTED, stored=stored, here=settings.BASE_URL)


def adopt() -> str:
    """Make the present BASE_URL the one this database belongs to. Returns the one it belonged to before."""
    forget()
    before = installation().base_url
    Installation.objects.filter(id=installation().id).update(base_url=settings.BASE_URL)
    forget()
    return before


def forget() -> None:
    """Read the row again at the next call."""
    installation.cache_clear()


def _make() -> Installation:
    # Several processes may come here at once. Each derives the same id from the same environment, so that the primary
    # key lets one of them win, on any database. Later changes of that environment do not change the stored id.
    digest = salted_hmac("duitpos.installation", settings.BASE_URL, algorithm="sha256").digest()
    row, _made = Installation.objects.get_or_create(
        id=UUID(bytes=digest[:16], version=4), defaults={"base_url": settings.BASE_URL}
    )
    return row
