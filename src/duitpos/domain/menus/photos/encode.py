"""Turn an uploaded picture into the files that pages show. Nothing of the upload is kept but its pixels."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from io import BytesIO
from threading import Lock

from PIL import Image, ImageCms, ImageOps

from duitpos.domain.errors import Code, Invalid, Unavailable
from duitpos.domain.menus.photos.files import FORMATS, MOST_BYTES, WIDTHS, widths_of
from duitpos.domain.menus.photos.kinds import kind_of

MOST_PIXELS = 40_000_000
"""At four bytes each, as Pillow stores them, the largest part of what one picture needs of memory."""
LEAST_SIDE = 200
"""Pixels; a smaller picture would be blurred on every phone."""
MOST_RATIO = 3
"""The longer side to the shorter one."""
WAIT = 20.0
"""Seconds that a picture waits while others are encoded."""

# Pillow checks the dimensions in the header before it allocates: up to this many pixels silently, up to twice as many
# with a warning, which is an error here, and above that with an error.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)

_WITH_ALPHA = ("P", "PA", "LA", "La", "RGBA", "RGBa")
_SRGB = ImageCms.createProfile("sRGB")
_SAVED: dict[str, dict[str, object]] = {
    # Slower settings save few bytes more. One thread, so that the same picture always becomes the same bytes.
    "avif": {"quality": 60, "speed": 8, "max_threads": 1},
    "webp": {"quality": 78, "method": 4},
    "jpeg": {"quality": 80, "progressive": True, "optimize": True},
}
_one_at_a_time = Lock()


@dataclass(frozen=True, slots=True)
class Encoded:
    """A photo's files by width and format, and the size of the largest in pixels."""

    width: int
    height: int
    files: dict[tuple[int, str], bytes]

    @property
    def digest(self) -> str:
        """BLAKE2 of all files, in hex: equal for pictures that look equal."""
        digest = blake2b(digest_size=16)
        for (width, kind), content in sorted(self.files.items()):
            digest.update(f"{width}.{kind}:{len(content)}\n".encode() + content)
        return digest.hexdigest()


def encode(data: bytes) -> Encoded:
    """Decode a picture and encode it anew in every width and format. Invalid, Unavailable.

    Decoding needs much memory and encoding much processor time, so a process works at one picture at a time.
    """
    if len(data) > MOST_BYTES:
        raise Invalid(Code.PHOTO_TOO_HEAVY, most=MOST_BYTES // 1024**2)
    kind = kind_of(data)
    if not _one_at_a_time.acquire(timeout=WAIT):
        raise Unavailable(Code.PHOTO_BUSY)
    try:
        return _files_of(_shown(_decoded(data, kind)))
    finally:
        _one_at_a_time.release()


def _decoded(data: bytes, kind: str) -> Image.Image:
    """The first frame, turned as the camera was held."""
    with _reading():
        picture = Image.open(BytesIO(data), formats=[kind])
    _check_size(*picture.size)
    with _reading():
        # A JPEG can be decoded at a half, a quarter or an eighth of its size, which costs as much less.
        picture.draft("RGB", (2 * max(WIDTHS), 2 * max(WIDTHS)))
        picture.load()
        return ImageOps.exif_transpose(picture)


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Invalid(Code.PHOTO_TOO_LARGE, most=MOST_PIXELS // 1_000_000) from error
    except Exception as error:  # the class depends on the format and on what is wrong in the file
        raise Invalid(Code.PHOTO_BROKEN) from error


def _check_size(width: int, height: int) -> None:
    if min(width, height) < LEAST_SIDE:
        raise Invalid(Code.PHOTO_TOO_SMALL, width=width, height=height, least=LEAST_SIDE)
    if max(width, height) > MOST_RATIO * min(width, height):
        raise Invalid(Code.PHOTO_TOO_LONG, width=width, height=height, most=MOST_RATIO)


def _shown(picture: Image.Image) -> Image.Image:
    """The picture in its largest width, in sRGB and on white, without anything beside its pixels."""
    profile = picture.info.get("icc_profile")
    width = min(max(WIDTHS), picture.width)
    size = (width, max(1, round(picture.height * width / picture.width)))
    small = _plain(picture).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    if small.mode == "RGBA":
        flat = Image.new("RGB", size, "white")
        flat.paste(small, mask=small.getchannel("A"))
        small = flat
    shown = _in_srgb(small, profile)
    shown.info.clear()
    return shown


def _plain(picture: Image.Image) -> Image.Image:
    """The picture in a mode that can be scaled: RGB, RGBA, L or CMYK."""
    if picture.mode in _WITH_ALPHA or "transparency" in picture.info:
        return picture.convert("RGBA")
    if picture.mode.startswith("I"):
        # Grey in 16 bits; converting alone would cut off what is above 255.
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    return picture if picture.mode in ("RGB", "L", "CMYK") else picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: object) -> Image.Image:
    """Cameras of phones store wider colours than a page shows, which would look dull without their profile."""
    if isinstance(profile, bytes):
        try:
            given = ImageCms.ImageCmsProfile(BytesIO(profile))
            changed = ImageCms.profileToProfile(picture, given, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            # A damaged profile, or one for another kind of picture.
            changed = None
        if changed is not None:
            return changed
    return picture.convert("RGB")


def _files_of(shown: Image.Image) -> Encoded:
    files: dict[tuple[int, str], bytes] = {}
    for width in widths_of(shown.width):
        size = (width, max(1, round(shown.height * width / shown.width)))
        scaled = shown.resize(size, Image.Resampling.LANCZOS)
        for kind in FORMATS:
            out = BytesIO()
            scaled.save(out, kind.upper(), **_SAVED[kind])
            files[width, kind] = out.getvalue()
    return Encoded(shown.width, shown.height, files)
