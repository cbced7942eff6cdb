"""Pictures of some of the demo's dishes, drawn for it (data/photos)."""

from __future__ import annotations

from pathlib import Path

from django.utils.text import slugify

from duitpos.domain.menus.photos.store import set_photo
from duitpos.models import Membership, MenuItem

PHOTOS = Path(__file__).parent / "data" / "photos"


def add_photos(owner: Membership) -> None:
    """Give each dish the picture that has its name, unless somebody has edited the dish."""
    files = {file.stem: file for file in PHOTOS.glob("*.webp")}
    untouched = MenuItem.objects.filter(tenant_id=owner.tenant_id, photo=None, version=1, archived_at=None)
    for item in untouched:
        if file := files.get(slugify(item.name)):
            set_photo(owner, item.id, file.read_bytes(), None)
