"""allauth's passkey forms, which answer a malformed passkey with an error beside the button instead of a 500."""

from __future__ import annotations

from typing import Any

from allauth.mfa.webauthn import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# What fido2 raises for JSON that is no passkey.
_UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)


class _Readable:
    """Turns what fido2 raises into a validation error."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except _UNREADABLE as error:
            raise _unreadable() from error


class SignInForm(_Readable, forms.LoginWebAuthnForm):  # type: ignore[misc]
    """Signs in by a passkey alone."""


class SecondStepForm(_Readable, forms.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey after the password."""


class ConfirmForm(_Readable, forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey before something is changed."""


class AddForm(forms.AddWebAuthnForm):  # type: ignore[misc]
    """Keeps a new passkey."""

    def clean(self) -> Any:
        """As allauth's."""
        try:
            return super().clean()
        except _UNREADABLE as error:
            raise _unreadable() from error


def _unreadable() -> ValidationError:
    return ValidationError(_("The browser sent no passkey. Try again."))
