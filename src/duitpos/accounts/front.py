"""The front door: / says what this installation is and where to go on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from duitpos.domain.tenancy.find import has_restaurants
from duitpos.domain.tenancy.sign_up import SignUp, sign_up_mode
from duitpos.models import User


@never_cache
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Tell guests to scan, staff where to sign in, and the operator of an empty installation what to run."""
    context = {
        "is_signed_in": isinstance(request.user, User),
        "has_restaurants": has_restaurants(),
        "is_sign_up_open": sign_up_mode() == SignUp.OPEN,
    }
    return render(request, "account/front.html", context)
