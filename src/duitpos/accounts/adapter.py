"""Our allauth adapter."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import reverse

from duitpos.domain.errors import Code, Unavailable

log = structlog.get_logger(__name__)


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """An owner adds staff, and owners sign up on pages of our own (accounts/sign_up.py)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed: allauth's sign-up would store an address before it is proven."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Build the mailed link with BASE_URL, not with the request's Host header."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return str(settings.BASE_URL) + path.replace("UID-KEY", quote(key))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: str) -> str:
        """Count failed sign-ins per email. allauth's key contains the Host header, so another port would reset it."""
        email = credentials.get("email", "").strip().lower()
        return f"sign-in:{hashlib.sha256(email.encode()).hexdigest()}"

    def format_email_subject(self, subject: str) -> str:
        """Leave the subject without a host name in brackets."""
        return subject

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address to rate-limit. Raises Unavailable if there are fewer proxies than DUITPOS_PROXY_COUNT."""
        try:
            return str(super().get_client_ip(request))
        except ImproperlyConfigured as error:
            log.error(
                "proxy_count_too_high",
                help="DUITPOS_PROXY_COUNT is higher than the number of addresses in X-Forwarded-For:"
                " set it to how many proxies stand in front of DuitPOS.",
                proxy_count=settings.PROXY_COUNT,
            )
            raise Unavailable(Code.SIGN_IN_UNAVAILABLE) from error
