"""The guest pressed the processor's back link: /<tenant>/pay/cancel/<order-token>/."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET

from duitpos.domain.checkout.handle_return import handle_cancel
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.guest.access import guest_page, plain
from duitpos.guest.urls_of import again_url, order_url


@guest_page
@require_GET
def pay_cancel(request: HttpRequest, tenant: str, order_token: str) -> HttpResponse:
    """Close the session at the processor, then the same cart again. Paid or undecided: the order's page says so."""
    owner = tenant_by_slug(tenant)
    turned = handle_cancel(owner, plain(order_token))
    if turned.is_paid or turned.is_open_still:
        return HttpResponseRedirect(order_url(owner, turned.order))
    again = again_url(owner, turned.order, turned.order.table)
    return HttpResponseRedirect(again or order_url(owner, turned.order))
