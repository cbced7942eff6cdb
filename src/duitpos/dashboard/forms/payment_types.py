"""Forms for payment types and their processors' keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duitpos.dashboard.texts.kinds import KINDS_TO_ADD
from duitpos.dashboard.texts.processors import account_texts, address_text, hint_text
from duitpos.domain.processor_accounts.view import AccountView
from duitpos.web.forms import PlainForm


class PaymentTypeForm(PlainForm):
    """Edit a payment type."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        help_text=gettext_lazy("Short and unique, such as ONLINE. Reports show it; guests do not see it."),
        widget=forms.TextInput(
            attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("What guests read at checkout and on their receipt."),
    )
    is_active = forms.BooleanField(
        label=gettext_lazy("Active"),
        required=False,
        help_text=gettext_lazy(
            "Off: nobody can choose it. Payments made with it stay, and can still be refunded."
        ),
    )


class NewPaymentTypeForm(PaymentTypeForm):
    """Add a payment type. Its kind cannot be changed later."""

    kind = forms.ChoiceField(label=gettext_lazy("Taken"), choices=tuple(KINDS_TO_ADD.items()))

    field_order = ("code", "name", "kind", "is_active")


class SecretInput(forms.PasswordInput):
    """Shows the pasted text, but the server never sends it back, not even after an error."""

    input_type = "text"


class AccountForm(PlainForm):
    """One processor account's credentials. A blank field keeps the saved value."""

    def __init__(self, view: AccountView, data: Any = None) -> None:
        super().__init__(data, prefix=str(view.account.id))
        self.view, self.texts = view, account_texts(view)
        self.credentials = [one.name for one in view.fields]
        for one in view.fields:
            field = forms.CharField(label=one.label, required=False, max_length=300, help_text=hint_text(one))
            field.widget = SecretInput(
                attrs={
                    "autocomplete": "off",
                    "spellcheck": "false",
                    "autocapitalize": "none",
                    "placeholder": one.masked,
                }
            )
            self.fields[one.name] = field
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
    def api_base(self) -> str | None:
        """The chosen address; None when it is unchanged or was not sent."""
        is_chosen = "api_base" in self.changed_data and self.add_prefix("api_base") in self.data
        return self.cleaned_data.get("api_base") if is_chosen else None


class AddProcessorForm(PlainForm):
    """The dropdown below the accounts."""

    def __init__(self, choices: Sequence[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["processor"] = forms.ChoiceField(label=_("Processor"), choices=list(choices))
