"""A table's QR code, with its menu's URL."""

from __future__ import annotations

import io

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString

from duitpos.models import Table, Tenant


def table_url(tenant: Tenant, table: Table) -> str:
    """The URL in the code: the table's menu at this installation."""
    return str(settings.BASE_URL) + reverse("guest:menu", args=[tenant.slug, table.token])


def qr_svg(url: str) -> SafeString:
    """An inline SVG, black on white with the quiet zone that readers need. It contains no user input, so it is safe."""
    code = segno.make(url, error="m", micro=False)
    return SafeString(
        code.svg_inline(border=4, omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None)
    )


def qr_file(url: str) -> bytes:
    """The code as an SVG file to print, 60 mm wide."""
    code = segno.make(url, error="m", micro=False)
    out = io.BytesIO()
    code.save(
        out,
        kind="svg",
        border=4,
        unit="mm",
        scale=60 / code.symbol_size(border=4)[0],
        dark="#000",
        light="#fff",
    )
    return out.getvalue()
