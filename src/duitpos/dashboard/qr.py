"""A table's QR code, with its menu's URL."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from duitpos.kit.code_sheet import LEVEL
from duitpos.models import Table, Tenant
from duitpos.ui.qr import qr_png, qr_svg_file

_WIDTH_MM = 60


def table_url(tenant: Tenant, table: Table) -> str:
    """The URL in the code: the table's menu at this installation."""
    return str(settings.BASE_URL) + reverse("guest:scan", args=[tenant.slug, table.token])


def qr_file(url: str) -> bytes:
    """The code as an SVG file to print, which is read even with a blot over it."""
    return qr_svg_file(url, _WIDTH_MM, LEVEL)


def qr_picture(url: str) -> bytes:
    """The same as a PNG file."""
    return qr_png(url, LEVEL)
