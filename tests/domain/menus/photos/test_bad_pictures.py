"""Files that are no picture, or none that can be shown: each has its answer, and costs little."""

from __future__ import annotations

import io
import random
import struct
import subprocess
import sys
import textwrap
import zipfile
import zlib
from collections.abc import Iterator

import pytest
from PIL import Image

from duitpos.domain.errors import Code, Invalid
from duitpos.domain.menus.photos.encode import encode
from tests.domain.menus.photos.pictures import a_jpeg, a_picture, bytes_of, chunk, png_of

pytestmark = pytest.mark.pure

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HEIC = struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + b"\0" * 400
VIDEO = struct.pack(">I", 24) + b"ftypisom\0\0\0\0isomiso2" + b"\0" * 400
FALSE_AVIF = struct.pack(">I", 24) + b"ftypavif\0\0\0\0mif1avif" + b"\0" * 400


def a_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("dish.jpg", a_jpeg())
    return out.getvalue()


def many_scans() -> bytes:
    """A progressive JPEG whose last scan is repeated."""
    data = a_jpeg(progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * 2000 + data[-2:]


def text_bomb() -> bytes:
    """A PNG with a comment that unpacks to 64 MB."""
    comment = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"x" * 64 * 1024**2, 9))
    return png_of(400, 300, b"\0" * (400 * 3 + 1) * 300, comment)


PNG_ROWS = b"\0" * (400 * 3 + 1) * 300
BAD: dict[str, tuple[bytes, Code]] = {
    "nothing": (b"", Code.PHOTO_UNKNOWN),
    "zeros": (b"\0" * 1000, Code.PHOTO_UNKNOWN),
    "text": (b"Nasi lemak, RM 12.90", Code.PHOTO_UNKNOWN),
    "web page": (b"<!doctype html><script>alert(1)</script>", Code.PHOTO_UNKNOWN),
    "SVG": (SVG, Code.PHOTO_UNKNOWN),
    "SVG behind a GIF's first bytes": (b"GIF89a" + SVG, Code.PHOTO_BROKEN),
    "PDF": (b"%PDF-1.7\n1 0 obj", Code.PHOTO_UNKNOWN),
    "zip": (a_zip(), Code.PHOTO_UNKNOWN),
    "TIFF": (bytes_of(a_picture(), "TIFF"), Code.PHOTO_UNKNOWN),
    "BMP": (bytes_of(a_picture(), "BMP"), Code.PHOTO_UNKNOWN),
    "EPS, which a program of its own would open": (b"%!PS-Adobe-3.0 EPSF-3.0\n", Code.PHOTO_UNKNOWN),
    "HEIC": (HEIC, Code.PHOTO_HEIC),
    "video": (VIDEO, Code.PHOTO_UNKNOWN),
    "AVIF without contents": (FALSE_AVIF, Code.PHOTO_BROKEN),
    "JPEG of three bytes": (b"\xff\xd8\xff", Code.PHOTO_BROKEN),
    "JPEG cut off": (a_jpeg()[:-400], Code.PHOTO_BROKEN),
    "PNG cut off": (bytes_of(a_picture(), "PNG")[:-300], Code.PHOTO_BROKEN),
    "WebP cut off": (bytes_of(a_picture(), "WEBP")[:-100], Code.PHOTO_BROKEN),
    "AVIF cut off": (bytes_of(a_picture(), "AVIF")[:-100], Code.PHOTO_BROKEN),
    "GIF cut off": (bytes_of(a_picture(), "GIF")[:-300], Code.PHOTO_BROKEN),
    "PNG with too few rows": (png_of(400, 300, PNG_ROWS[:1000]), Code.PHOTO_BROKEN),
    "PNG with a wrong checksum": (
        png_of(400, 300, PNG_ROWS).replace(b"IHDR\0", b"IHDR\1"),
        Code.PHOTO_BROKEN,
    ),
    "PNG whose comment unpacks to 64 MB": (text_bomb(), Code.PHOTO_BROKEN),
    "JPEG with thousands of scans": (many_scans(), Code.PHOTO_BROKEN),
    "more than 10 MB": (a_jpeg() + b"\0" * 10 * 1024**2, Code.PHOTO_TOO_HEAVY),
    "one pixel": (bytes_of(a_picture(1, 1), "PNG"), Code.PHOTO_TOO_SMALL),
    "199 pixels": (a_jpeg(199, 300), Code.PHOTO_TOO_SMALL),
    "a ribbon": (a_jpeg(2000, 600), Code.PHOTO_TOO_LONG),
    "a tower": (a_jpeg(300, 901), Code.PHOTO_TOO_LONG),
    "a PNG that claims 8,000 by 6,000": (png_of(8_000, 6_000), Code.PHOTO_TOO_LARGE),
    "a PNG that claims 100,000 by 100,000": (png_of(100_000, 100_000), Code.PHOTO_TOO_LARGE),
    "a PNG of no width": (png_of(0, 300), Code.PHOTO_BROKEN),
}


@pytest.mark.parametrize("what", BAD)
def test_each_has_its_answer(what: str) -> None:
    data, code = BAD[what]
    with pytest.raises(Invalid) as raised:
        encode(data)
    assert raised.value.code == code


def test_as_much_as_is_allowed_is_accepted() -> None:
    assert encode(a_jpeg(600, 200)).width == 600
    assert encode(a_jpeg(200, 600)).height == 600
    assert encode(a_jpeg() + b"\0" * (10 * 1024**2 - len(a_jpeg()))).width == 800


def damaged() -> Iterator[bytes]:
    """Small pictures of every kind with a few bytes changed; the same ones in every run."""
    chance = random.Random(9)
    for kind in ("JPEG", "PNG", "WEBP", "AVIF", "GIF"):
        whole = bytes_of(a_picture(240, 200), kind)
        for _ in range(40):
            data = bytearray(whole)
            for _ in range(chance.randint(1, 6)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            yield bytes(data)


def test_a_damaged_picture_is_shown_or_refused_and_nothing_else() -> None:
    outcomes = set()
    for data in damaged():
        try:
            outcomes.add(type(encode(data)).__name__)
        except Invalid as error:
            outcomes.add(error.code.value)
    assert {"Encoded", "photo_broken"} <= outcomes


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind, options", [("PNG", {}), ("WEBP", {"lossless": True, "method": 0}), ("GIF", {})]
)
def test_a_bomb_is_refused_by_its_header_alone(
    kind: str, options: dict[str, object], tmp_path: object
) -> None:
    """Its 268 million pixels would need a gigabyte; the process gets 120 MB more than it has."""
    file = f"{tmp_path}/bomb"
    Image.new("L", (16_383, 16_383)).save(file, kind, **options)
    code = textwrap.dedent(
        f"""
        import resource, sys
        sys.path[:0] = {sys.path!r}
        import os, django
        django.setup()
        from duitpos.domain.menus.photos.encode import encode
        from duitpos.domain.errors import Invalid
        from tests.domain.menus.photos.pictures import a_jpeg
        encode(a_jpeg())
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 120 * 1024**2, resource.RLIM_INFINITY))
        try:
            encode(open({file!r}, "rb").read())
        except Invalid as error:
            print(error.code)
        """
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "photo_too_large\n", done.stderr
