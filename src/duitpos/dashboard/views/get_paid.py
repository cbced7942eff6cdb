"""The set-up page: the guide's steps with their evidence, which is polled."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.get_paid import KeysForm
from duitpos.dashboard.page import page, rights
from duitpos.dashboard.qr import table_url
from duitpos.dashboard.texts.get_paid import evidence_text, title_text
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.processor_accounts.setup_facts import SetupFacts, guided_processor, read_setup
from duitpos.domain.processor_accounts.setup_steps import Setup, Step, StepState, judge
from duitpos.domain.processor_accounts.view import field_views
from duitpos.domain.processor_accounts.webhook import webhook_address
from duitpos.kit.clock import now
from duitpos.kit.web_address import is_this_machine
from duitpos.ui.qr import qr_svg

NUMBERS = {Step.KEY: 1, Step.TYPE: 2, Step.WEBHOOK: 3, Step.PAYMENT: 4}
"""The guide's steps. The others come before them, or belong to the last."""


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step as the page shows it. `number` is the guide's; 0 for a step that has none."""

    state: StepState
    number: int
    title: str
    text: str


@require_safe
@staff(Can.SET_UP_PAYMENTS)
def get_paid(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the steps."""
    return setup_page(request, staff)


@require_safe
@staff(Can.SET_UP_PAYMENTS)
def get_paid_live(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The evidence only, for polling: 304 while nothing has changed."""
    context = _evidence(staff, read_setup(staff.tenant))
    etag = f'"{context["version"]}"'
    not_modified = get_conditional_response(request, etag=etag)
    if not_modified is not None and not_modified.status_code == 304:
        response = not_modified
    else:
        values = {**context, "staff": staff, "can": rights(staff), "renew": True}
        response = render(request, "dashboard/get_paid/_live.html", values)
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response


def setup_page(
    request: HttpRequest,
    staff: Staff,
    key_form: KeysForm | None = None,
    webhook_form: KeysForm | None = None,
) -> HttpResponse:
    """Render the page, also after an error in one of its forms."""
    known = read_setup(staff.tenant)
    kind, account = guided_processor(), known.account
    table = known.tables[0] if known.tables else None
    scan_url = table_url(staff.tenant, table) if table is not None else ""
    webhook_url = webhook_address(account, settings.BASE_URL, staff.tenant.slug) if account else ""
    needed = [name for name, is_needed in kind.guide_events if is_needed]
    # Stand-ins for the processor run beside us, so only the processor itself needs help to reach this computer.
    is_hidden = is_this_machine(settings.BASE_URL) and account is not None and not account.api_base
    evidence = _evidence(staff, known)
    context = {
        **evidence,
        # Where in the page a message is: beside what was saved, in the flow.
        "said_at": at if (at := request.GET.get("at", "")) in _said_places(evidence["steps"]) else "",
        "guide": kind.guide,
        "types": known.types,
        "key_form": key_form or KeysForm(field_views(kind, account), prefix="key"),
        "webhook_form": webhook_form or KeysForm(field_views(kind, account, verifies=True), prefix="webhook"),
        "webhook_url": webhook_url,
        "events": kind.guide_events,
        "is_hidden": is_hidden,
        "command": kind.guide.command(needed, webhook_url) if kind.guide and is_hidden else "",
        "table": table,
        "scan_url": scan_url,
        "scan_code": qr_svg(scan_url) if scan_url else "",
    }
    return page(request, staff, "dashboard/get_paid/page.html", context, here="get_paid")


def _said_places(steps: dict[str, ShownStep]) -> set[str]:
    return {f"step-{name}" for name in ("key", "type", "webhook", "payment") if steps.get(name)}


def _evidence(staff: Staff, known: SetupFacts) -> dict[str, Any]:
    """What changes while the page is open."""
    setup = judge(known, now())
    processor, site = guided_processor().label, known.site
    steps = {
        one.step.value: ShownStep(
            one,
            NUMBERS.get(one.step, 0),
            title_text(one.step, processor),
            evidence_text(one, processor, site),
        )
        for one in setup.steps
    }
    return {
        "setup": setup,
        "steps": steps,
        "version": _version(setup, steps),
        "processor": processor,
        "account": known.account,
        "payment": known.payment,
        "payment_page": known.payment_page,
        "can_refund": known.payment is not None and known.payment.refundable.minor > 0,
        "location": site,
    }


def _version(setup: Setup, steps: dict[str, ShownStep]) -> str:
    text = "\n".join(f"{one.state.is_done} {one.text}" for one in steps.values())
    return hashlib.sha256(f"{setup.is_live} {text}".encode()).hexdigest()[:20]
