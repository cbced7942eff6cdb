"""How allauth behaves here."""

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
    """Staff are let in by an owner; nobody signs up alone yet."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed until restaurants can sign themselves up."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The mailed link leads to our own address, whatever host the request named."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return str(settings.BASE_URL) + path.replace("UID-KEY", quote(key))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: str) -> str:
        """One count of failed sign-ins an address. allauth names the Host header here, so a port would begin anew."""
        email = credentials.get("email", "").strip().lower()
        return f"sign-in:{hashlib.sha256(email.encode()).hexdigest()}"

    def format_email_subject(self, subject: str) -> str:
        """Without a host name in brackets."""
        return subject

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whose tries are counted. Unavailable when fewer proxies stand in front than the operator said."""
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
