"""Forms for payment types and their processors' keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duitpos.dashboard.texts.kinds import KINDS_TO_ADD
from duitpos.dashboard.texts.processors import account_texts, address_text, hint_text
from duitpos.domain.processor_accounts.offers import offers_of
from duitpos.domain.processor_accounts.view import AccountView, FieldView
from duitpos.models import Location, PaymentType
from duitpos.models.payment_setup import Channel
from duitpos.web.forms import PlainForm

LONGEST_LINE, LONGEST_TEXT = 300, 10_000
"""Characters of a credential; a text of several lines may be a chain of certificates."""


class PaymentTypeForm(PlainForm):
    """Edit a payment type."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        help_text=gettext_lazy(
            "Short and unique, such as CARD or CASH. Reports show it; guests do not see it."
        ),
        widget=forms.TextInput(
            attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("What staff read, and guests unless there is another name for them."),
    )
    is_active = forms.BooleanField(
        label=gettext_lazy("Active"),
        required=False,
        help_text=gettext_lazy(
            "Off: nobody can choose it. Payments made with it stay, and can still be refunded."
        ),
    )


class EditPaymentTypeForm(PaymentTypeForm):
    """Edit a type: also what guests read, and where it is offered. An online type is offered on phones only."""

    guest_name = forms.CharField(
        label=gettext_lazy("Name for guests"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Such as “Pay at the counter”. Empty: guests read the name."),
    )

    field_order = ("code", "name", "guest_name", "is_active")

    def __init__(self, row: PaymentType, sites: Sequence[Location], data: Any = None) -> None:
        start = {one: getattr(row, one) for one in ("code", "name", "guest_name", "is_active")}
        super().__init__(data, initial=start)
        offers = offers_of(row)
        self._fields: dict[str, tuple[UUID, Channel]] = {}
        for site in sites:
            for channel in Channel if not row.is_online else (Channel.PHONE,):
                name = f"{channel}-{site.id}"
                self._fields[name] = site.id, channel
                self.fields[name] = forms.BooleanField(
                    label=_OFFERED[channel] % {"location": site.name},
                    required=False,
                    initial=offers.get((site.id, channel), True),
                )

    @property
    def offers(self) -> dict[tuple[UUID, Channel], bool]:
        """Where it is to be offered. The form must be valid."""
        return {place: self.cleaned_data[name] for name, place in self._fields.items()}


_OFFERED = {
    Channel.PHONE: gettext_lazy("On guests' phones at %(location)s"),
    Channel.COUNTER: gettext_lazy("At the counter at %(location)s"),
}


class NewPaymentTypeForm(PaymentTypeForm):
    """Add a payment type. Its kind cannot be changed later."""

    kind = forms.ChoiceField(label=gettext_lazy("Taken"), choices=tuple(KINDS_TO_ADD.items()))

    field_order = ("code", "name", "kind", "is_active")


class SecretInput(forms.PasswordInput):
    """Shows the pasted text, but the server never sends it back, not even after an error."""

    input_type = "text"


class SecretArea(forms.Textarea):
    """The same for a text of several lines."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


class AccountForm(PlainForm):
    """One processor account's credentials. A blank field keeps the saved value."""

    def __init__(self, view: AccountView, data: Any = None) -> None:
        super().__init__(data, prefix=str(view.account.id))
        self.view, self.texts = view, account_texts(view)
        self.credentials = [one.field.name for one in view.fields]
        for one in view.fields:
            self.fields[one.field.name] = credential_input(one)
        if view.addresses:
            # An unchecked account has no address yet: preselect the first sandbox, as the domain does.
            start = view.account.api_base if view.account.checked_at else view.addresses[0]
            self.fields["api_base"] = forms.ChoiceField(
                label=_("Address"),
                choices=[(address, address_text(address)) for address in view.addresses],
                required=False,
                initial=start,
                help_text=_("Where test keys are used. Live keys always go to %(name)s itself.")
                % {"name": view.label},
            )

    @property
    def values(self) -> dict[str, str]:
        """The pasted credentials. The form must be valid."""
        return {name: self.cleaned_data.get(name, "") for name in self.credentials}

    @property
    def given(self) -> list[FieldView]:
        """The credentials that were pasted or changed. The form must be valid."""
        return [one for one in self.view.fields if (new := self.values[one.field.name]) and new != one.value]

    @property
    def api_base(self) -> str | None:
        """The chosen address; None when it is unchanged or was not sent."""
        is_chosen = "api_base" in self.changed_data and self.add_prefix("api_base") in self.data
        return self.cleaned_data.get("api_base") if is_chosen else None


def credential_input(one: FieldView) -> forms.CharField:
    """The input for a credential: one or several lines, and shown only if it is no secret."""
    is_secret, is_long = one.field.is_secret, one.field.is_long
    widgets: Mapping[tuple[bool, bool], type[forms.Widget]] = {
        (True, False): SecretInput,
        (True, True): SecretArea,
        (False, False): forms.TextInput,
        (False, True): forms.Textarea,
    }
    attrs: dict[str, Any] = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
    if is_secret and not is_long:
        attrs["placeholder"] = one.masked
    if is_long:
        attrs["rows"] = 4
    return forms.CharField(
        label=one.field.label,
        required=False,
        max_length=LONGEST_TEXT if is_long else LONGEST_LINE,
        help_text=hint_text(one),
        initial=one.value,
        widget=widgets[is_secret, is_long](attrs=attrs),
    )


class AddProcessorForm(PlainForm):
    """The dropdown below the accounts."""

    def __init__(self, choices: Sequence[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["processor"] = forms.ChoiceField(label=_("Processor"), choices=list(choices))
