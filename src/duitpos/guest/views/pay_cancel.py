"""The guest pressed the processor's back link: /<tenant>/pay/cancel/<order-token>/."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET

from duitpos.domain.checkout.handle_return import handle_cancel
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.guest.access import guest_page, plain
from duitpos.guest.cross_site import posts_come_back_by_get
from duitpos.guest.urls_of import again_url, order_url


@posts_come_back_by_get
@guest_page
@require_GET
def pay_cancel(request: HttpRequest, tenant: str, order_token: str) -> HttpResponse:
    """Expire the session, then show the same cart again. If it is paid or undecided, show the order's page."""
    owner = tenant_by_slug(tenant)
    result = handle_cancel(owner, plain(order_token))
    if result.is_paid or result.is_open_still:
        return HttpResponseRedirect(order_url(owner, result.order))
    again = again_url(owner, result.order, result.order.table)
    return HttpResponseRedirect(again or order_url(owner, result.order))
