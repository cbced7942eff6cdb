"""The form with which staff take the money for an order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duitpos.domain.staff_actions.take_payment import MOST_REFERENCE, gives_change, takes_reference
from duitpos.models import PaymentType
from duitpos.web.forms import PlainForm


class TakePaymentForm(PlainForm):
    """How it is paid, and what was handed over. A field that none of the types needs is left out."""

    tendered = forms.CharField(
        label=_("Handed over"),
        required=False,
        max_length=20,
        help_text=_("For cash: the change is worked out. Empty: it was exact."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    reference = forms.CharField(
        label=_("Slip number"),
        required=False,
        max_length=MOST_REFERENCE,
        help_text=_("For a card terminal or e-wallet: what is on its slip, so that it can be found later."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, types: Sequence[PaymentType], data: Any = None) -> None:
        super().__init__(data)
        self.fields["payment_type"] = forms.ChoiceField(
            label=_("Paid with"),
            choices=[(str(row.id), row.name) for row in types],
            initial=str(types[0].id) if types else None,
            widget=forms.RadioSelect,
        )
        self.order_fields(("payment_type", "tendered", "reference"))
        if not any(gives_change(row) for row in types):
            del self.fields["tendered"]
        if not any(takes_reference(row) for row in types):
            del self.fields["reference"]
