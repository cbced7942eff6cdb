"""What to refund: everything, dishes or an amount; and what a refund was for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duitpos.dashboard.texts.refunds import REASON_NAMES
from duitpos.domain.payments.refunds.refund_part import Why
from duitpos.kit.money import Money, parse_amount
from duitpos.models import OrderLine
from duitpos.web.forms import PlainForm

ALL, DISHES, AMOUNT = "all", "dishes", "amount"


class RefundLinesForm(PlainForm):
    """A quantity for each line that is left."""

    def __init__(
        self, *args: Any, left: Sequence[tuple[OrderLine, int]], currency: str, locale: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.line_names: dict[str, UUID] = {}
        for line, quantity in left:
            name = f"line_{line.id}"
            self.line_names[name] = line.id
            price = Money(line.unit_price_minor, currency).format(locale)
            widget = forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-step": ""})
            self.fields[name] = forms.IntegerField(
                label=f"{line.name} · {price}",
                min_value=0,
                max_value=quantity,
                initial=0,
                required=False,
                widget=widget,
            )

    @property
    def dishes(self) -> list[tuple[forms.BoundField, int]]:
        """The fields of the lines, each with the quantity that is left."""
        return [(self[name], int(self.fields[name].max_value)) for name in self.line_names]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Add `wanted`: quantities by line id, without zeros."""
        cleaned: dict[str, Any] = super().clean() or {}
        wanted = {line_id: int(cleaned.get(name) or 0) for name, line_id in self.line_names.items()}
        cleaned["wanted"] = {line_id: quantity for line_id, quantity in wanted.items() if quantity}
        return cleaned


class RefundPartForm(RefundLinesForm):
    """What to refund, and the reason. `form_key` makes one refund of a double click."""

    what = forms.ChoiceField(
        choices=[(ALL, ""), (DISHES, ""), (AMOUNT, "")], required=False, widget=forms.RadioSelect
    )
    amount = forms.CharField(label=gettext_lazy("Amount"), max_length=20, required=False)
    code = forms.ChoiceField(label=gettext_lazy("Reason"), choices=list(REASON_NAMES.items()))
    reason = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)
    form_key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].widget.attrs["inputmode"] = "decimal"
        self.order_fields(["what", *self.line_names, "amount", "code", "reason", "form_key"])

    def clean(self) -> dict[str, Any]:
        """Add `is_all` and `minor` (None when lines are chosen). Without a choice, what is filled in counts."""
        cleaned = super().clean()
        text, what = str(cleaned.get("amount") or "").strip(), cleaned.get("what") or ""
        if not what and text and cleaned["wanted"]:
            self.add_error("amount", _("Choose dishes or enter an amount, not both."))
        what = what or (AMOUNT if text else DISHES)
        cleaned["is_all"], cleaned["minor"] = what == ALL, None
        if what == AMOUNT:
            cleaned["wanted"] = {}
            try:
                cleaned["minor"] = parse_amount(text, self.currency).minor
            except ValueError:
                self.add_error("amount", _("Enter an amount such as 50 or 50.00."))
        elif what == DISHES and not cleaned["wanted"] and not self.errors:
            self.add_error(None, _("Choose a dish or enter an amount."))
        return cleaned

    def why(self) -> Why:
        """The reason and the form's key, after validation."""
        cleaned = self.cleaned_data
        return Why(form_key=cleaned["form_key"], code=cleaned["code"], text=cleaned["reason"])
