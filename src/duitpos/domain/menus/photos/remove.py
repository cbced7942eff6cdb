"""Remove photos that no item has had for a day.

A photo's row is replaced by one with a height of 0, which keeps its name from being used again; then its files are
deleted, and the width becomes 0 too. So a photo that is uploaded again at that moment gets files of another name, and
whatever stops in between is completed the next time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog
from django.core.files.storage import storages
from django.db import IntegrityError
from django.db.models import Exists, OuterRef, QuerySet

from duitpos.domain.menus.photos.files import file_names
from duitpos.kit.clock import now
from duitpos.kit.transact import outside_database, transact
from duitpos.models import MenuItem, MenuPhoto

log = structlog.get_logger(__name__)

UNUSED_FOR = timedelta(days=1)
"""Since the last upload. Longer than an upload can take, and than a page stays open that still shows the photo."""


def remove_unused_photos(tenant_id: UUID, is_stopped: Callable[[], bool]) -> int:
    """Remove the tenant's photos that are not in use; returns how many. OSError when files cannot be deleted."""
    removed = 0
    for photo in list(_unused(tenant_id)):
        if is_stopped():
            return removed
        removed += _retire(photo)
    for photo in list(MenuPhoto.objects.filter(tenant_id=tenant_id, height=0, width__gt=0)):
        if is_stopped():
            break
        with outside_database():
            for name in file_names(photo):
                storages["photos"].delete(name)
        transact(partial(_forget_files, photo))
    return removed


def _unused(tenant_id: UUID) -> QuerySet[MenuPhoto]:
    items = MenuItem.objects.filter(tenant_id=tenant_id, photo_id=OuterRef("id"))
    return MenuPhoto.objects.filter(
        ~Exists(items), tenant_id=tenant_id, height__gt=0, created_at__lt=now() - UNUSED_FOR
    )


def _retire(photo: MenuPhoto) -> bool:
    """Replace the row, unless it is in use by now. False too for the slower one of two concurrent purges."""

    def work() -> bool:
        # Deleted, not changed: the database itself then refuses while an item refers to it.
        if not _unused(photo.tenant_id).filter(id=photo.id)._raw_delete("default"):
            return False
        MenuPhoto.objects.create(tenant_id=photo.tenant_id, digest=photo.digest, width=photo.width, height=0)
        return True

    try:
        return transact(work)
    except IntegrityError:
        log.info("photo_in_use_again", photo=photo.digest)
        return False


def _forget_files(photo: MenuPhoto) -> None:
    MenuPhoto.objects.filter(tenant_id=photo.tenant_id, id=photo.id).update(width=0)
