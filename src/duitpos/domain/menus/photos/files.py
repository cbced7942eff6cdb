"""The files of a photo: three widths in three formats, named by the photo's contents."""

from __future__ import annotations

from django.core.files.storage import storages

from duitpos.models import MenuPhoto

MOST_BYTES = 10 * 1024 * 1024
"""Of an uploaded picture."""
WIDTHS = (240, 480, 960)
"""Pixels; a photo that is narrower has its own width in their place."""
FORMATS = ("avif", "webp", "jpeg")
"""In the order in which a page offers them."""


def widths_of(width: int) -> tuple[int, ...]:
    """The widths of the files of a photo that is `width` pixels wide, the narrowest first."""
    return tuple(sorted({min(width, one) for one in WIDTHS}))


def file_name(photo: MenuPhoto, width: int, kind: str) -> str:
    """The file's name in the storage. Nobody can guess it, and its contents never change."""
    return f"{photo.tenant_id.hex}/{photo.digest}-{width}.{kind}"


def file_names(photo: MenuPhoto) -> list[str]:
    """The names of all its files."""
    return [file_name(photo, width, kind) for width in widths_of(photo.width) for kind in FORMATS]


def photo_url(photo: MenuPhoto, width: int, kind: str) -> str:
    """The address that a page uses for the file. `width` is one of widths_of(photo.width)."""
    return storages["photos"].url(file_name(photo, width, kind))
