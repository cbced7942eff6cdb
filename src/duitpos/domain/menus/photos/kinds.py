"""Recognize a picture's format by its contents; names and declared types are not looked at."""

from __future__ import annotations

import re

from duitpos.domain.errors import Code, Invalid

_BEGINS = {
    "JPEG": (b"\xff\xd8\xff",),
    "PNG": (b"\x89PNG\r\n\x1a\n",),
    "GIF": (b"GIF87a", b"GIF89a"),
}
_AVIF = {b"avif", b"avis"}
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_BRANDS = 64
"""Bytes of the first box of an ISO file in which its brands are looked for."""

# The marker, the length of the segment's head and the number of its components.
_SCAN = re.compile(rb"\xff\xda\x00[\x08\x0a\x0c\x0e][\x01-\x04]")
_MOST_SCANS = 100
"""A progressive JPEG has some ten scans, and each goes over the whole picture: thousands would take minutes."""


def kind_of(data: bytes) -> str:
    """Pillow's name of the format: JPEG, PNG, WEBP, AVIF or GIF. Invalid for anything else."""
    for kind, beginnings in _BEGINS.items():
        if data.startswith(beginnings):
            if kind == "JPEG" and len(_SCAN.findall(data)) > _MOST_SCANS:
                raise Invalid(Code.PHOTO_BROKEN)
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    brands = _brands_of(data)
    if brands & _AVIF:
        return "AVIF"
    if brands & _HEIC:
        raise Invalid(Code.PHOTO_HEIC)
    raise Invalid(Code.PHOTO_UNKNOWN)


def _brands_of(data: bytes) -> set[bytes]:
    """The four-letter names of what an ISO base media file (AVIF, HEIC, video) can be read as."""
    if data[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(data[:4], "big"), _BRANDS)
    return {data[8:12], *(data[at : at + 4] for at in range(16, end, 4))}
