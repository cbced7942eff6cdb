"""The files of a photo: three widths in three formats, named by the photo's contents."""

from __future__ import annotations

from django.core.files.storage import storages

from duitpos.models import MenuPhoto

WIDTHS = (240, 480, 960)
"""Pixels; a photo that is narrower has its own width in their place."""
FORMATS = ("avif", "webp", "jpeg")
"""In the order in which a page offers them."""


def file_name(photo: MenuPhoto, width: int, kind: str) -> str:
    """The file's name in the storage. Nobody can guess it, and its contents never change."""
    return f"{photo.tenant_id.hex}/{photo.digest}-{width}.{kind}"


def photo_url(photo: MenuPhoto, width: int, kind: str) -> str:
    """The address that a page uses for the file."""
    return storages["photos"].url(file_name(photo, width, kind))
