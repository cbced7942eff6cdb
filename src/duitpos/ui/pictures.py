"""The HTML of a dish's photo, in three formats and several widths, of which the browser loads one."""

from __future__ import annotations

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from duitpos.domain.menus.photos.files import FORMATS, photo_url, widths_of
from duitpos.models import MenuPhoto


def picture_of(photo: MenuPhoto, alt: str, sizes: str) -> SafeString:
    """A <picture>. `alt` is the dish's name, or empty where that stands beside it; `sizes` as in HTML, such as "96px".

    The browser knows the photo's proportions before it has loaded it, so nothing on the page moves.
    """
    *better, plain = FORMATS
    widths = widths_of(photo.width)
    sources = format_html_join(
        "",
        '<source type="image/{}" srcset="{}" sizes="{}">',
        ((kind, _set_of(photo, kind), sizes) for kind in better),
    )
    return format_html(
        '<picture>{}<img src="{}" srcset="{}" sizes="{}" alt="{}" width="{}" height="{}"'
        ' loading="lazy" decoding="async"></picture>',
        sources,
        photo_url(photo, widths[0], plain),
        _set_of(photo, plain),
        sizes,
        alt,
        photo.width,
        photo.height,
    )


def _set_of(photo: MenuPhoto, kind: str) -> str:
    return ", ".join(f"{photo_url(photo, width, kind)} {width}w" for width in widths_of(photo.width))
