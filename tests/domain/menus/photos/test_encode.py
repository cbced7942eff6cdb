"""A picture becomes up to nine files, which hold nothing of the upload but its pixels."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image, ImageCms

from duitpos.domain.errors import Code, Unavailable
from duitpos.domain.menus.photos import encode as encode_module
from duitpos.domain.menus.photos.encode import Encoded, encode
from tests.domain.menus.photos.pictures import BLUE, RED, a_jpeg, a_picture, bytes_of, is_near, opened

pytestmark = pytest.mark.pure

WHITE = (255, 255, 255)
GPS, ORIENTATION, COPYRIGHT = 0x8825, 0x0112, 0x8298
SIXTEEN = "I;16"


def test_three_widths_in_three_formats() -> None:
    encoded = encode(a_jpeg(4000, 3000))
    assert (encoded.width, encoded.height) == (960, 720)
    sizes = {name: (opened(content).format, opened(content).size) for name, content in encoded.files.items()}
    assert sizes == {
        (width, kind): (kind.upper(), (width, width * 3 // 4))
        for width in (240, 480, 960)
        for kind in ("avif", "webp", "jpeg")
    }
    assert opened(encoded.files[960, "jpeg"]).info["progressive"]


@pytest.mark.parametrize(
    "size, widths", [((200, 200), [200]), ((300, 400), [240, 300]), ((500, 300), [240, 480, 500])]
)
def test_nothing_is_enlarged(size: tuple[int, int], widths: list[int]) -> None:
    encoded = encode(a_jpeg(*size))
    assert (encoded.width, encoded.height) == size
    assert sorted({width for width, _ in encoded.files}) == widths


def test_a_photo_is_turned_as_the_camera_was_held() -> None:
    """6: the camera was turned clockwise. What is red at the left of the sensor's picture is above."""
    picture = a_picture(600, 800).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    encoded = encode(bytes_of(picture, exif=exif))
    assert (encoded.width, encoded.height) == (600, 800)
    shown = opened(encoded.files[480, "jpeg"])
    assert is_near(shown.getpixel((240, 40)), RED)
    assert is_near(shown.getpixel((240, 600)), BLUE)


def test_where_and_by_whom_it_was_taken_is_gone() -> None:
    exif = Image.Exif()
    exif[COPYRIGHT] = "Siti Aminah"
    exif.get_ifd(GPS).update({1: "N", 2: (3.0, 7.0, 46.2), 3: "E", 4: (101.0, 40.0, 11.9)})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    how: dict[str, Any] = {
        "exif": exif,
        "icc_profile": profile,
        "comment": b"Siti Aminah",
        "xmp": b"<x>Siti</x>",
    }
    upload = bytes_of(a_picture(), **how)
    assert opened(upload).getexif().get_ifd(GPS), "the upload says where it was taken"
    assert b"Siti" in upload
    for content in encode(upload).files.values():
        picture = opened(content)
        assert not picture.getexif()
        assert not picture.info.keys() & {"exif", "icc_profile", "comment", "xmp", "XML:com.adobe.xmp"}
        assert b"Siti" not in content


def test_what_is_hidden_behind_a_picture_is_gone() -> None:
    """A polyglot: a browser that guessed would run it."""
    evil = b"<html><script>alert(1)</script>PK\x03\x04"
    encoded = encode(a_jpeg() + evil)
    assert not [content for content in encoded.files.values() if b"script" in content or b"PK\x03" in content]
    assert encoded == encode(a_jpeg())


@pytest.mark.parametrize(
    "picture, kind, how",
    [
        (a_picture(), "JPEG", {}),
        (a_picture(), "JPEG", {"progressive": True}),
        (a_picture(mode="CMYK"), "JPEG", {}),
        (a_picture(), "PNG", {}),
        (a_picture(mode="P"), "PNG", {}),
        (a_picture(), "WEBP", {}),
        (a_picture(mode="RGBA"), "WEBP", {"lossless": True}),
        (a_picture(), "AVIF", {}),
        (a_picture(), "GIF", {}),
        (a_picture(), "GIF", {"save_all": True, "append_images": [a_picture(below=RED)]}),
        (a_picture(), "WEBP", {"save_all": True, "append_images": [a_picture(below=RED)]}),
        (a_picture(), "PNG", {"save_all": True, "append_images": [a_picture(below=RED)]}),
    ],
)
def test_every_kind_keeps_its_colours_and_an_animation_its_first_frame(
    picture: Image.Image, kind: str, how: dict[str, Any]
) -> None:
    for (width, _), content in encode(bytes_of(picture, kind, **how)).files.items():
        shown = opened(content)
        assert shown.mode == "RGB"
        assert getattr(shown, "n_frames", 1) == 1
        assert is_near(shown.getpixel((width // 2, 20)), RED)
        assert is_near(shown.getpixel((width // 2, shown.height - 20)), BLUE)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_transparent_becomes_white(mode: str, kind: str) -> None:
    picture = a_picture(mode=mode)
    picture.putalpha(0)
    shown = opened(encode(bytes_of(picture.convert(mode), kind)).files[240, "jpeg"])
    assert is_near(shown.getpixel((120, 20)), WHITE)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_transparent_colour_of_a_palette_becomes_white(kind: str) -> None:
    picture = a_picture().quantize(4)
    upload = bytes_of(picture, kind, transparency=picture.getpixel((0, 0)), optimize=False)
    shown = opened(encode(upload).files[240, "jpeg"])
    assert is_near(shown.getpixel((120, 20)), WHITE)
    assert is_near(shown.getpixel((120, 160)), BLUE)


@pytest.mark.parametrize("mode, light", [("L", 200), ("1", 255), (SIXTEEN, 200 * 256)])
def test_grey_pictures_stay_as_light_as_they_are(mode: str, light: int) -> None:
    picture = Image.new(mode, (400, 300), light)
    shown = opened(encode(bytes_of(picture, "PNG")).files[240, "jpeg"])
    assert is_near(shown.getpixel((120, 100)), (min(light, 255),) * 3 if mode != SIXTEEN else (200,) * 3)


def test_a_profile_is_applied_before_it_is_removed() -> None:
    """In a profile whose red and blue are exchanged, a stored blue is red."""
    srgb = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = srgb.index(b"rXYZ"), srgb.index(b"bXYZ")
    srgb[red : red + 4], srgb[blue : blue + 4] = b"bXYZ", b"rXYZ"
    shown = opened(encode(bytes_of(a_picture(), icc_profile=bytes(srgb))).files[240, "jpeg"])
    assert is_near(shown.getpixel((120, 20)), BLUE)


@pytest.mark.parametrize("profile", [b"no profile", b"\0" * 200])
def test_a_damaged_profile_is_ignored(profile: bytes) -> None:
    shown = opened(encode(bytes_of(a_picture(), icc_profile=profile)).files[240, "jpeg"])
    assert is_near(shown.getpixel((120, 20)), RED)


def test_the_same_pixels_have_the_same_name() -> None:
    """Whatever else the files held, and however often they are encoded."""
    exif = Image.Exif()
    exif[COPYRIGHT] = "Siti"
    digests = {encode(data).digest for data in (a_jpeg(), a_jpeg(), a_jpeg(exif=exif))}
    assert len(digests) == 1
    assert len(digests.pop()) == 32
    assert encode(a_jpeg(801)).digest not in digests


def test_one_picture_is_encoded_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encode_module, "WAIT", 0.01)
    with encode_module._one_at_a_time, pytest.raises(Unavailable) as raised:
        encode(a_jpeg())
    assert raised.value.code == Code.PHOTO_BUSY
    assert isinstance(encode(a_jpeg()), Encoded)


def test_after_an_error_the_next_picture_has_its_turn() -> None:
    with pytest.raises(Exception, match="photo_broken"):
        encode(a_jpeg()[:-400])
    assert encode(a_jpeg()).width == 800
