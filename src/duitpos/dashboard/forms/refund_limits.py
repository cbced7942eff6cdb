"""How much each role may refund at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from duitpos.dashboard.texts.refunds import LIMIT_HELPS, LIMIT_NAMES
from duitpos.domain.people.refund_limits import Limits
from duitpos.kit.money import decimal_text, parse_amount
from duitpos.models.people import Role
from duitpos.web.forms import PlainForm

_EMPTY: dict[str, int | None] = {Role.MANAGER.value: None, Role.CASHIER.value: 0}
"""What an empty field means."""


class RefundLimitsForm(PlainForm):
    """An amount for each role, in each currency of the restaurant."""

    def __init__(self, *args: Any, limits: Limits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places: dict[str, tuple[str, str]] = {}
        for (role, currency), most in limits.items():
            name = f"{role}_{currency}"
            self.places[name] = (role, currency)
            shown = "" if most == _EMPTY[role] or most is None else decimal_text(most, currency)
            self.fields[name] = forms.CharField(
                label=f"{LIMIT_NAMES[role]} ({currency})",
                help_text=str(LIMIT_HELPS[role]),
                initial=shown,
                required=False,
                max_length=20,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )

    def clean(self) -> dict[str, Any]:
        """Add `limits`."""
        cleaned: dict[str, Any] = super().clean() or {}
        limits: dict[tuple[str, str], int | None] = {}
        for name, (role, currency) in self.places.items():
            text = str(cleaned.get(name) or "").strip()
            try:
                limits[role, currency] = parse_amount(text, currency).minor if text else _EMPTY[role]
            except ValueError:
                self.add_error(name, _("Enter an amount such as 50 or 50.00."))
        cleaned["limits"] = limits
        return cleaned
