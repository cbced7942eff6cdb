"""The page behind the mailed link."""

from __future__ import annotations

from allauth.account.forms import ResetPasswordKeyForm
from allauth.account.models import EmailAddress
from allauth.account.views import PasswordResetFromKeyView
from django.http import HttpResponse

from duitpos.accounts.known_devices import remember_device


class NewPassword(PasswordResetFromKeyView):  # type: ignore[misc]
    """Whoever followed the link can sign in at once, however many strangers are trying."""

    def form_valid(self, form: ResetPasswordKeyForm) -> HttpResponse:
        """Store the password, take the address as proven, and remember the browser."""
        response: HttpResponse = super().form_valid(form)
        EmailAddress.objects.filter(user=self.reset_user, email=self.reset_user.email).update(verified=True)
        remember_device(self.request, response, self.reset_user.email)
        return response
