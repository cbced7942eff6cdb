"""How the guest goes on to pay an order: /<tenant>/pay/<order-token>/, and its code as a picture."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from duitpos.domain.checkout.present_step import present_step, shown_code
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.guest.access import guest_page, plain
from duitpos.guest.go_on import go_on_page
from duitpos.guest.urls_of import order_url
from duitpos.ui.qr import qr_png


@gzip_page
@guest_page
@require_safe
def pay_page(request: HttpRequest, tenant: str, order_token: str) -> HttpResponse:
    """The present step of the order's live attempt. The order's page if it is paid, processing or ended."""
    owner = tenant_by_slug(tenant)
    present = present_step(owner, plain(order_token))
    if present.step is None:
        response: HttpResponse = HttpResponseRedirect(order_url(owner, present.order), status=303)
        response["Cache-Control"] = "no-store"
        return response
    return go_on_page(request, owner, present)


@guest_page
@require_safe
def pay_code(request: HttpRequest, tenant: str, order_token: str) -> HttpResponse:
    """The code as a PNG file: banks' apps read a picture from the phone's photos, and those hold no SVG."""
    code = shown_code(tenant_by_slug(tenant), plain(order_token))
    response = HttpResponse(qr_png(code.payload), content_type="image/png")
    # Not as an attachment: a phone that opens it offers to save it to its photos.
    response["Content-Disposition"] = f'inline; filename="{tenant}.png"'
    response["Cache-Control"] = "no-store"
    return response
