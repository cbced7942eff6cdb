"""Which dishes to refund, or what amount."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duitpos.dashboard.texts.refunds import REASON_NAMES
from duitpos.domain.payments.refunds.refund_part import Why
from duitpos.kit.money import parse_amount
from duitpos.web.forms import PlainForm


class RefundPartForm(PlainForm):
    """A quantity for each line, or an amount; and the reason. `form_key` makes one refund of a double click."""

    amount = forms.CharField(label=gettext_lazy("Or an amount"), max_length=20, required=False)
    code = forms.ChoiceField(label=gettext_lazy("Reason"), choices=list(REASON_NAMES.items()))
    reason = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)
    form_key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, lines: Iterable[tuple[UUID, str, int]], currency: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.line_names: dict[str, UUID] = {}
        for line_id, label, left in lines:
            name = f"line_{line_id}"
            self.line_names[name] = line_id
            choices = [(str(number), str(number)) for number in range(left + 1)]
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, initial="0", required=False)
        self.fields["amount"].widget.attrs["inputmode"] = "decimal"
        self.order_fields([*self.line_names, "amount", "code", "reason", "form_key"])

    def clean(self) -> dict[str, Any]:
        """Add `wanted` (quantities by line id) and `minor` (None when lines are chosen)."""
        cleaned: dict[str, Any] = super().clean() or {}
        wanted = {self.line_names[name]: int(cleaned.get(name) or 0) for name in self.line_names}
        cleaned["wanted"] = {line_id: quantity for line_id, quantity in wanted.items() if quantity}
        cleaned["minor"] = None
        text = str(cleaned.get("amount") or "").strip()
        if text and cleaned["wanted"]:
            self.add_error("amount", _("Choose dishes or enter an amount, not both."))
        elif text:
            try:
                cleaned["minor"] = parse_amount(text, self.currency).minor
            except ValueError:
                self.add_error("amount", _("Enter an amount such as 50 or 50.00."))
        elif not cleaned["wanted"] and not self.errors:
            self.add_error(None, _("Choose a dish or enter an amount."))
        return cleaned

    def why(self) -> Why:
        """The reason and the form's key, after validation."""
        cleaned = self.cleaned_data
        return Why(form_key=cleaned["form_key"], code=cleaned["code"], text=cleaned["reason"])
