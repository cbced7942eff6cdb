"""Our allauth adapter."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.ratelimit import RateLimitUsage, SingleRateLimitUsage, consume, get_ip
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from duitpos.accounts.known_devices import known_device, remember_device
from duitpos.domain.errors import Code, Unavailable
from duitpos.models import User

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

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _(
            "Too many tries to sign in. Wait five minutes, or choose a new password by mail: that works at once."
        ),
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        """Count this try, and refuse it if there were too many: by address and account, or by known device.

        A stranger's tries must not keep the owner out, so no count of strangers' tries stops a known device.
        The same happens whether the account exists or not.
        """
        email = credentials.get("email", "").strip().lower()
        device = known_device(request, email)
        actions = (
            {"known_device_failed": f"{device}:{email}"}
            if device
            else {"login_failed": f"{get_ip(request)}:{email}", "account_failed": email}
        )
        used: list[SingleRateLimitUsage] = []
        for action, key in actions.items():
            # allauth's key contains the Host header, so another port would reset it.
            name = f"sign-in:{hashlib.sha256(key.encode()).hexdigest()}"
            usage = consume(request, app="allauth.account", action=action, key=name)
            if usage is None:
                raise self.validation_error("too_many_login_attempts")
            used += usage.usage
        self._login_failed_rl_usage = RateLimitUsage(used)  # taken back when the password is right

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Remember the browser as one that its owner has used."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember_device(request, response, user.email)
        return response

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
