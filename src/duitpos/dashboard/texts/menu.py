"""Words of the menu editor."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duitpos.models import ModifierGroup
from duitpos.models.menu import EVERY_DAY, Served, StockStatus, TaxClass
from duitpos.ui.lists import listed

TAX_CLASSES: Mapping[str, str | Promise] = {
    TaxClass.STANDARD: gettext_lazy("Standard rate"),
    TaxClass.REDUCED: gettext_lazy("Reduced rate"),
    TaxClass.NONE: gettext_lazy("No tax"),
}
STOCK: Mapping[str, str | Promise] = {
    StockStatus.IN_STOCK: gettext_lazy("In stock"),
    StockStatus.LIMITED: gettext_lazy("This many left"),
    StockStatus.OUT_OF_STOCK: gettext_lazy("Sold out"),
}


def group_text(group: ModifierGroup) -> str:
    """A modifier group with its rule, to choose it from a list."""
    facts = {"name": group.name, "least": group.min_choices, "most": group.max_choices}
    if group.min_choices == group.max_choices:
        return _("%(name)s (choose %(most)s)") % facts
    if not group.min_choices:
        return _("%(name)s (up to %(most)s)") % facts
    return _("%(name)s (choose %(least)s to %(most)s)") % facts


def served_text(row: Served) -> str:
    """When it is served: "Mon, Tue, 07:00 to 11:00"; empty for always."""
    parts = []
    if row.days != EVERY_DAY:
        parts += [str(WEEKDAYS_ABBR[day]) for day in range(7) if row.days >> day & 1]
    starts, ends = (f"{at:%H:%M}" if at else "" for at in (row.served_from, row.served_until))
    if starts and ends and starts != ends:
        parts.append(_("%(starts)s to %(ends)s") % {"starts": starts, "ends": ends})
    elif starts and not ends and starts != "00:00":
        parts.append(_("from %(starts)s") % {"starts": starts})
    elif ends and not starts and ends != "00:00":
        parts.append(_("until %(ends)s") % {"ends": ends})
    return listed(parts)
