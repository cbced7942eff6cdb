"""The roles of staff in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from duitpos.models.people import Role
from duitpos.web.sentences import Text

ROLES: Mapping[str, Text] = {
    Role.OWNER: _("Owner"),
    Role.MANAGER: _("Manager"),
    Role.CASHIER: _("Cashier"),
    Role.KITCHEN: _("Kitchen"),
}

ROLE_HELPS: Mapping[str, Text] = {
    Role.OWNER: _("Everything, also people, keys and where the money goes."),
    Role.MANAGER: _("The daily business: orders, refunds, menu, tables and reports."),
    Role.CASHIER: _("Orders and payments at the counter; refunds up to the limit that the owner sets."),
    Role.KITCHEN: _("The kitchen board, what is sold out, and pauses."),
}
