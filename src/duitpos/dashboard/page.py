"""Render a dashboard page with its navigation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from duitpos.domain.alerts.queries import alert_count
from duitpos.domain.payment_issues.checks import kept_red_count
from duitpos.domain.people.roles import Can, may
from duitpos.domain.people.staff import Staff
from duitpos.domain.processor_accounts.setup_steps import takes_real_payments

_COUNTED = frozenset({"alerts", "payment_issues"})
"""Entries with a badge."""
_LOADED = {"payment_issues": "dashboard:payment_issues_count"}
"""Badges that cost too much for every page: they are loaded after it."""
_FIT = 5
"""Entries of the bar on a phone."""


@dataclass(frozen=True, slots=True)
class NavItem:
    """A navigation entry. `count` is its badge; `count_id` is the badge's HTML id, with which polling updates it."""

    label: str
    url: str
    icon: str
    is_here: bool
    count: int = 0
    count_id: str = ""
    count_url: str = ""
    """Where the badge is loaded from; empty when the page has it."""


@dataclass(frozen=True, slots=True)
class Nav:
    """The navigation: on a phone the entries in `more` are behind a button, since only five fit beside each other."""

    first: list[NavItem]
    more: list[NavItem]

    @property
    def is_in_more(self) -> bool:
        """Whether the page that is shown is behind the button."""
        return any(item.is_here for item in self.more)


def page(
    request: HttpRequest,
    staff: Staff,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    here: str,
    status: int = 200,
) -> HttpResponse:
    """Render a page. `here` is its navigation entry. The badge costs one query, an owner's set-up another."""
    values = {"staff": staff, "nav": nav(staff, here), "can": rights(staff), **(context or {})}
    return render(request, template, values, status=status)


def nav(staff: Staff, here: str) -> Nav:
    """The navigation entries that this member may open."""
    slug, role = staff.tenant.slug, staff.member.role
    items: list[NavItem] = []

    def add(name: str, can: Can, label: str, view: str, icon: str, count: int = 0) -> None:
        if may(role, can):
            badge = f"{name}-count" if name in _COUNTED else ""
            item = NavItem(label, reverse(view, args=[slug]), icon, name == here, count, badge)
            if name in _LOADED:
                item = replace(item, count_url=reverse(_LOADED[name], args=[slug]))
            items.append(item)

    add("today", Can.SEE_ORDERS, _("Today"), "dashboard:home", "home")
    add("orders", Can.SEE_ORDERS, _("Orders"), "dashboard:orders", "orders")
    add("sold_out", Can.SET_STOCK, _("Sold out"), "dashboard:sold_out", "sold_out")
    open_now = alert_count(staff.tenant) if may(role, Can.RESOLVE_ALERTS) else 0
    add("alerts", Can.RESOLVE_ALERTS, _("Needs attention"), "dashboard:alerts", "bell", open_now)
    issues = kept_red_count(staff.tenant) if may(role, Can.CHECK_PAYMENT) else 0
    add(
        "payment_issues", Can.CHECK_PAYMENT, _("Payment Issues"), "dashboard:payment_issues", "issues", issues
    )
    add("reports", Can.SEE_REPORTS, _("Reports"), "dashboard:reports", "reports")
    add("menu", Can.EDIT_MENU, _("Menu"), "dashboard:menu", "menu")
    add("tables", Can.SET_UP_TABLES, _("Tables"), "dashboard:tables", "tables")
    add("locations", Can.SET_HOURS, _("Locations"), "dashboard:locations", "place")
    if may(role, Can.SET_UP_PAYMENTS) and not takes_real_payments(staff.tenant.id):
        add("get_paid", Can.SET_UP_PAYMENTS, _("Get paid"), "dashboard:get_paid", "flag")
    add("payment_types", Can.SET_UP_PAYMENTS, _("Payment Types"), "dashboard:payment_types", "payments")
    if may(role, Can.MANAGE_PEOPLE):
        add("people", Can.MANAGE_PEOPLE, _("People"), "dashboard:people", "person")
    else:
        add("people", Can.SEE_CHANGES, _("Changes"), "dashboard:changes", "person")
    add("kitchen", Can.SEE_KITCHEN, _("Kitchen"), "kitchen:pick", "kitchen")
    return Nav(items, []) if len(items) <= _FIT else Nav(items[: _FIT - 1], items[_FIT - 1 :])


def rights(staff: Staff) -> dict[str, bool]:
    """The member's permissions, for templates: {{ can.refund }}."""
    return {can.value: may(staff.member.role, can) for can in Can}
