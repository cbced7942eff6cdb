"""The pages on which a guest goes on to pay: to the processor's page by an address or a form, or by a code to scan."""

from __future__ import annotations

from typing import Any, assert_never

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from duitpos.domain.checkout.present_step import PresentStep
from duitpos.domain.checkout.results import FormPost, NextStep, Redirect, ShowCode
from duitpos.domain.errors import Code, Conflict
from duitpos.guest.menu_page import page_facts
from duitpos.guest.urls_of import order_url, pay_url
from duitpos.kit.web_address import origin_of
from duitpos.models import Order, Tenant
from duitpos.ui.qr import qr_svg
from duitpos.web.content_policy import allow_forms_to

log = structlog.get_logger(__name__)
LEAST_POLL, MOST_POLL = 2, 30
"""Seconds between two looks at a payment by code, whatever the processor asks for."""


def leaves_us(step: NextStep) -> bool:
    """Whether the guest goes to the processor's page. Then a form's answer must be a page of ours, not a redirect."""
    return not isinstance(step, ShowCode)


def go_on_page(request: HttpRequest, tenant: Tenant, present: PresentStep) -> HttpResponse:
    """The page of a step that is not None. Raises Conflict if the processor gave an address that must not be opened.

    Browsers block a redirect to another site after a form, so this page goes on by itself (docs/money-path.md, "Found
    by trying").
    """
    order, step = present.order, present.step
    context = {
        **page_facts(tenant, order.location),
        "table": order.table,
        "order": order,
        "step": step,
        "label": present.label,
        "here": pay_url(tenant, order),
    }
    match step:
        case Redirect():
            _require_web_address(order, step.url)
            response = render(request, "guest/go_on.html", context)
        case FormPost():
            response = _form_page(request, order, step, context)
        case ShowCode():
            response = render(
                request, "guest/show_code.html", {**context, **_code_facts(tenant, present, step)}
            )
        case None:
            raise ValueError("no step to show")
        case _:
            assert_never(step)
    response["Cache-Control"] = "no-store"
    return response


def _form_page(request: HttpRequest, order: Order, step: FormPost, context: dict[str, Any]) -> HttpResponse:
    origins = [_require_web_address(order, step.url)]
    for url in step.goes_on_to:
        try:
            origins.append(origin_of(url))
        except ValueError as error:
            log.warning("origin_left_out", order=str(order.id), problem=str(error))
    response = render(request, "guest/go_on_form.html", context)
    allow_forms_to(response, origins)
    return response


def _require_web_address(order: Order, url: str) -> str:
    """The address's origin."""
    try:
        return origin_of(url)
    except ValueError as error:
        log.error("step_not_opened", order=str(order.id), problem=str(error))
        raise Conflict(Code.START_REFUSED) from error


def _code_facts(tenant: Tenant, present: PresentStep, code: ShowCode) -> dict[str, Any]:
    return {
        "qr": qr_svg(code.payload),
        "ends_at": present.ends_at,
        "is_unsure": present.is_unsure,
        "seconds": max(LEAST_POLL, min(code.poll_after, MOST_POLL)),
        "order_url": order_url(tenant, present.order),
    }
