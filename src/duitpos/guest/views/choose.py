"""A paid dish cannot be served: another one for no more money, or the money back: /<tenant>/o/<order-token>/choose/."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from duitpos.domain.errors import Code, Invalid
from duitpos.domain.orders.guest_view import order_of_token
from duitpos.domain.staff_actions.guest_choice import OpenChoice, decide, open_choice
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.guest.access import guest_page, plain
from duitpos.guest.menu_page import page_facts
from duitpos.guest.urls_of import order_url

BACK = "back"
"""The value of a choice: the money back."""


@guest_page
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, tenant: str, order_token: str) -> HttpResponse:
    """Show what can be chosen for each dish. POST: carry it out, and go back to the order's page."""
    owner = tenant_by_slug(tenant)
    order = order_of_token(owner, plain(order_token))
    language = get_language() or "en"
    if request.method == "POST":
        decide(owner, order, _chosen(request), language)
        return HttpResponseRedirect(order_url(owner, order), status=303)
    choice = open_choice(owner, order, language)
    if choice is None:
        # Somebody has decided: the order's page says what.
        return HttpResponseRedirect(order_url(owner, order))
    context: dict[str, Any] = {**page_facts(owner, order.location), "order": order, **_facts(choice)}
    response = render(request, "guest/choose.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _facts(choice: OpenChoice) -> dict[str, Any]:
    return {
        "choice": choice,
        "order_url": "../",
        "back": BACK,
        "can_swap": any(one.offers for one in choice.lines),
    }


def _chosen(request: HttpRequest) -> dict[UUID, UUID | None]:
    """The fields line-<id>: another dish's id, or "back". Raises Invalid."""
    chosen: dict[UUID, UUID | None] = {}
    try:
        for name in request.POST:
            if name.startswith("line-"):
                value = str(request.POST.get(name, ""))
                chosen[UUID(name.removeprefix("line-"))] = None if value == BACK else UUID(value)
    except ValueError as error:
        raise Invalid(Code.FORM_UNREADABLE) from error
    return chosen
