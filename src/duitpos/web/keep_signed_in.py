"""A session ends three weeks after its last use, not after its sign-in: a kitchen tablet is not signed out in service.

A session is stored again once a day at most, because pages that ask every few seconds use it all the time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from duitpos.kit.clock import now

EVERY = timedelta(days=1)
_RENEWED = "renewed_at"


def install() -> None:
    """Count from each sign-in."""
    user_logged_in.connect(_note_sign_in)


def keep_signed_in(request: HttpRequest) -> None:
    """Have a staff member's session stored again, with a new end, when it was not within the last day."""
    renewed = request.session.get(_RENEWED)
    if renewed is None or now() - datetime.fromisoformat(renewed) > EVERY:
        _renew(request)


def _note_sign_in(request: HttpRequest, **_: Any) -> None:
    _renew(request)


def _renew(request: HttpRequest) -> None:
    request.session[_RENEWED] = now().isoformat()
