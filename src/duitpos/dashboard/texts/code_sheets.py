"""What is written on printed codes, in the languages of guests."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duitpos.kit.code_sheet import Layout
from duitpos.models import Location
from duitpos.web.sentences import Text

LAYOUTS: Mapping[str, Text] = {
    Layout.SHEET: gettext_lazy("Sheet: six on a page"),
    Layout.STICKERS: gettext_lazy("Stickers: twenty on a page"),
    Layout.TENTS: gettext_lazy("Table tents: two on a page, to fold"),
}
LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "ms": "Bahasa Melayu",
    "zh-hans": "中文",
    "ta": "தமிழ்",
}
# Not in the catalogs: they are printed side by side, whatever the page's language, and Tamil is no language of pages.
SHORT_LINES: Mapping[str, str] = {
    "en": "Scan to order and pay",
    "ms": "Imbas untuk memesan dan membayar",
    "zh-hans": "扫码点餐付款",
    "ta": "ஸ்கேன் செய்து ஆர்டர் செய்யுங்கள்",
}


def notice_text(site: Location) -> str:
    """What is added to the prices of a location; empty when nothing is."""
    facts = {
        "service": f"{site.service_charge_bp / 100:g}",
        "rate": f"{site.tax_bp / 100:g}",
        "tax": site.tax_name,
    }
    adds_tax = bool(site.tax_bp) and not site.tax_is_inclusive
    if site.service_charge_bp and adds_tax:
        return (
            _("A service charge of %(service)s %% and %(tax)s of %(rate)s %% are added to the prices.")
            % facts
        )
    if site.service_charge_bp:
        return _("A service charge of %(service)s %% is added to the prices.") % facts
    if adds_tax:
        return _("%(tax)s of %(rate)s %% is added to the prices.") % facts
    return ""
