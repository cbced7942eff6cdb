"""Give a dish a photo, or take it away.

The files are written before the row that names them is used. A row whose `height` is 0 is a photo that was removed
(remove.py): its name is never used again, so that its files can be deleted at any time.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db.models import F

from duitpos.domain.errors import Code, Conflict, Gone, Unavailable
from duitpos.domain.menus.changed import menus_changed
from duitpos.domain.menus.photos.files import file_name
from duitpos.domain.people.roles import Can, require
from duitpos.kit.clock import now
from duitpos.kit.transact import outside_database, transact
from duitpos.models import Membership, MenuItem, MenuPhoto

if TYPE_CHECKING:
    from duitpos.domain.menus.photos.encode import Encoded

log = structlog.get_logger(__name__)


def item_with_photo(tenant_id: UUID, item_id: UUID) -> MenuItem:
    """An item that is not archived, with its photo and section. Gone."""
    items = MenuItem.objects.select_related("photo", "section")
    item = items.filter(tenant_id=tenant_id, id=item_id, archived_at=None).first()
    if item is None:
        raise Gone(Code.ITEM_UNKNOWN)
    return item


def set_photo(member: Membership, item_id: UUID, data: bytes, instead_of: UUID | None) -> MenuPhoto:
    """Make the picture in `data` the item's photo, in place of the MenuPhoto `instead_of`, or of none.

    Forbidden; Gone for the item; Invalid for the picture; Conflict when the item has another photo by now; Unavailable
    when the files cannot be stored. It takes about a second of processor time, outside a transaction.
    """
    require(member, Can.EDIT_MENU)
    item_with_photo(member.tenant_id, item_id)
    with outside_database():
        # Loaded with the first photo: Pillow's libraries take 4 MB, which otherwise every process would hold.
        from duitpos.domain.menus.photos.encode import encode

        encoded = encode(data)
    photo = _claim(member.tenant_id, encoded)
    with outside_database():
        _write_files(photo, encoded)
    _change(member.tenant_id, item_id, instead_of, photo.id)
    return photo


def remove_photo(member: Membership, item_id: UUID, photo_id: UUID) -> None:
    """Take this photo away from the item. Forbidden, Gone, Conflict when the item has another photo, or none, by now.

    The files stay for a day: pages that are open show them.
    """
    require(member, Can.EDIT_MENU)
    _change(member.tenant_id, item_id, photo_id, None)


def _claim(tenant_id: UUID, encoded: Encoded) -> MenuPhoto:
    """The row for these files, which is not removed for a day from now even though no item may have it yet."""

    def work() -> MenuPhoto:
        digest = encoded.digest
        while True:
            photo, is_new = MenuPhoto.objects.get_or_create(
                tenant_id=tenant_id,
                digest=digest,
                defaults={"width": encoded.width, "height": encoded.height},
            )
            if not photo.height:
                # A photo with this name was removed, and its files may be deleted at this moment.
                digest = blake2b(digest.encode(), digest_size=16).hexdigest()
                continue
            rows = MenuPhoto.objects.filter(tenant_id=tenant_id, id=photo.id)
            if is_new or rows.update(created_at=now()):
                return photo

    return transact(work)


def _write_files(photo: MenuPhoto, encoded: Encoded) -> None:
    """Also those that exist: after a restored backup they may be missing."""
    storage = storages["photos"]
    try:
        for (width, kind), content in encoded.files.items():
            file = ContentFile(content)
            # For a storage that keeps a file's type: not every Python knows these by their endings.
            file.content_type = f"image/{kind}"  # type: ignore[attr-defined]
            storage.save(file_name(photo, width, kind), file)
    except OSError as error:
        log.error("photo_not_stored", photo=photo.digest, exc_info=True)
        raise Unavailable(Code.PHOTO_NOT_STORED) from error


def _change(tenant_id: UUID, item_id: UUID, before: UUID | None, after: UUID | None) -> None:
    def work() -> None:
        items = MenuItem.objects.filter(tenant_id=tenant_id, id=item_id, archived_at=None)
        if not items.filter(photo_id=before).update(photo_id=after, version=F("version") + 1):
            if items.exists():
                raise Conflict(Code.PHOTO_CHANGED)
            raise Gone(Code.ITEM_UNKNOWN)
        menus_changed(tenant_id)

    transact(work)
