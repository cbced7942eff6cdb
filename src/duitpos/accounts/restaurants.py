"""Choose a restaurant after signing in."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from duitpos.domain.people.staff import restaurants_of
from duitpos.models import User


@never_cache
@require_safe
def restaurants(request: HttpRequest) -> HttpResponse:
    """List the restaurants where this person works. With only one, redirect to it, unless `?choose` is given."""
    if not isinstance(request.user, User):
        return redirect_to_login(request.get_full_path())
    mine = restaurants_of(request.user.id)
    if len(mine) == 1 and "choose" not in request.GET:
        return redirect("dashboard:home", mine[0].tenant.slug)
    return render(request, "account/restaurants.html", {"mine": mine})
