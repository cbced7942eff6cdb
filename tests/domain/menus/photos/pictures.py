"""Pictures made for tests, with colours that show which side is up."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

RED, BLUE = (220, 30, 30), (30, 30, 220)


def a_picture(width: int = 800, height: int = 600, mode: str = "RGB", below: Any = BLUE) -> Image.Image:
    """Red above, blue below."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(below, (0, height // 2, width, height))
    return picture.convert(mode)


def bytes_of(picture: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    """The file's contents."""
    out = BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def a_jpeg(width: int = 800, height: int = 600, **how: Any) -> bytes:
    """A small photo."""
    return bytes_of(a_picture(width, height), **how)


def png_of(width: int, height: int, rows: bytes = b"", *more: bytes) -> bytes:
    """A PNG whose header claims these dimensions, with any data; `more` are whole chunks before it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", header), *more, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def opened(content: bytes) -> Image.Image:
    """An encoded file, decoded."""
    picture = Image.open(BytesIO(content))
    picture.load()
    return picture


def is_near(pixel: Any, wanted: tuple[int, int, int]) -> bool:
    """Whether a pixel has this colour, but for what encoding changes."""
    return all(abs(one - other) < 30 for one, other in zip(pixel[:3], wanted, strict=True))
