"""Our adapter of allauth's second factor: its secrets are encrypted, and its codes are drawn as all others."""

from __future__ import annotations

from allauth.mfa.adapter import DefaultMFAAdapter
from django.utils.translation import gettext_lazy as _

from duitpos.domain.people.second_factor import PLACE
from duitpos.kit.crypto import vault
from duitpos.ui.qr import qr_svg


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of authenticator apps and recovery codes as the processors' keys are kept."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        # Who joined by a link typed an address that nobody proved: a passkey on somebody else's address would outlive
        # the new password of the real owner.
        "unverified_email": _("First show that the address is yours: choose a new password by mail."),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret before it is stored."""
        return vault().seal(text, PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a stored secret. SecretUnreadable when its key is gone."""
        return vault().open(encrypted_text, PLACE)

    def build_totp_svg(self, url: str) -> str:
        """The code that an authenticator app scans."""
        return qr_svg(url)
