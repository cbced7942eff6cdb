"""The forms of sign-up."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from babel.numbers import get_currency_name, list_currencies
from django import forms
from django.core.validators import validate_slug
from django.utils.translation import gettext_lazy as _

from duitpos.domain.tenancy.open import LocationRules
from duitpos.domain.tenancy.sign_up import FIRST_LOCATION, locale_of
from duitpos.kit.slug import LONGEST, slug_of
from duitpos.web.forms import PlainForm

_ENGLISH = Locale("en")


class SignUpForm(PlainForm):
    """Whose mailbox the link goes to."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none"}),
    )


class OpenForm(PlainForm):
    """A new restaurant and its first location."""

    name = forms.CharField(
        label=_("Name of the restaurant"),
        max_length=120,
        help_text=_("As guests know it, such as Kopi Kita."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    slug = forms.CharField(
        label=_("First word of its address"),
        max_length=LONGEST,
        required=False,
        validators=[validate_slug],
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    location = forms.CharField(
        label=_("Name of its first location"),
        max_length=120,
        required=False,
        help_text=_("Such as Bangsar, where there is or will be more than one."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), initial="Asia/Kuala_Lumpur")
    currency = forms.ChoiceField(label=_("Currency"), initial="MYR")

    def __init__(self, *args: Any, origin: str, **kwargs: Any) -> None:
        """`origin`: where this installation is, for the help of the address."""
        super().__init__(*args, **kwargs)
        self.fields["slug"].help_text = _(
            "Guests see it: %(origin)s/kopi-kita. Empty: it is made from the name. Small letters, digits and -."
        ) % {"origin": origin.partition("//")[2]}
        zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
        self.fields["time_zone"].choices = [(zone, zone.replace("_", " ")) for zone in zones]  # type: ignore[attr-defined]
        names = sorted((get_currency_name(code, locale=_ENGLISH), code) for code in list_currencies("en"))
        self.fields["currency"].choices = [(code, f"{name} ({code})") for name, code in names]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Make the slug from the name where none was given."""
        cleaned = super().clean() or {}
        if "slug" in cleaned and not cleaned["slug"] and "name" in cleaned:
            cleaned["slug"] = slug_of(cleaned["name"])
            if not cleaned["slug"]:
                self.add_error("slug", _("Enter it: the name has no letter or digit for an address."))
        return cleaned

    @property
    def rules(self) -> LocationRules:
        """The first location. The form must be valid."""
        given = self.cleaned_data
        return LocationRules(
            name=given["location"] or "Main",
            slug=slug_of(given["location"]) or FIRST_LOCATION,
            time_zone=given["time_zone"],
            currency=given["currency"],
            locale=locale_of(given["time_zone"]),
        )


class OpenWithPasswordForm(OpenForm):
    """The same for somebody who does not sign in yet."""

    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        help_text=_("At least 10 characters, and none that everybody uses."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
