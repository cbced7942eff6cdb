"""Sentences about tables and their codes."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duitpos.domain.tables.create import Created
from duitpos.kit.local_address import address_in_network, is_this_machine_only
from duitpos.ui.lists import listed


def created_texts(created: Created) -> list[str]:
    """What became of the names that were typed."""
    texts = []
    if len(created.new) == 1:
        texts.append(
            _("Table %(name)s added. Print its code and put it on the table.") % {"name": created.first}
        )
    elif created.new:
        texts.append(
            _("%(count)d tables added. Print their codes and put them on the tables.")
            % {"count": len(created.new)}
        )
    if created.restored:
        text = ngettext(
            "Table %(names)s is back, with the code that was printed for it.",
            "Tables %(names)s are back, with the codes that were printed for them.",
            len(created.restored),
        )
        texts.append(text % {"names": listed([table.name for table in created.restored])})
    return texts


def unreachable_texts(base_url: str) -> list[str]:
    """Why phones cannot open the codes, and what to do; none if they can."""
    if not is_this_machine_only(base_url):
        return []
    why = _("The codes lead to %(url)s, which only this machine can open: a phone cannot.") % {
        "url": base_url
    }
    address = address_in_network() if settings.STAGE == "demo" else ""
    if not address:
        return [why, _("Set BASE_URL to the address that phones open, and print the codes then.")]
    how = _("For phones in this network, stop the demo and start it with: DEMO_HOST=%(address)s make demo")
    return [why, how % {"address": address}]
