"""The guest returns from the processor's page: /<tenant>/pay/return/<order-token>/."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET

from duitpos.domain.checkout.handle_return import handle_return
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.guest.access import guest_page, plain
from duitpos.guest.cross_site import posts_come_back_by_get
from duitpos.guest.urls_of import order_url


@posts_come_back_by_get
@guest_page
@require_GET
def pay_return(request: HttpRequest, tenant: str, order_token: str) -> HttpResponse:
    """Fetch the payment from the processor, then show the order's page. The URL itself proves and changes nothing."""
    owner = tenant_by_slug(tenant)
    order = handle_return(owner, plain(order_token))
    return HttpResponseRedirect(order_url(owner, order))
