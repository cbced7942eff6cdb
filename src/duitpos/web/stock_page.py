"""The page on which staff mark dishes sold out and pause orders: the same for the kitchen and the dashboard.

Everything on it is a plain form that is sent to the page's own address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from duitpos.domain.errors import Code, Conflict, Gone, Invalid
from duitpos.domain.menus.eighty_six import Stocked, back, set_stock, sold_out
from duitpos.domain.menus.stock_list import (
    MOST_OUT,
    StockPage,
    sold_out_rows,
    stock_of_item,
    stock_page,
)
from duitpos.domain.staff_actions.pause import pause, resume
from duitpos.domain.tenancy.find import location_of
from duitpos.domain.tenancy.hours import is_paused
from duitpos.kit.clock import now
from duitpos.models import Location, Membership, Tenant
from duitpos.models.menu import StockStatus
from duitpos.web.texts import error_text
from duitpos.web.texts.stock import (
    back_text,
    guests_read,
    how_long_labels,
    limited_text,
    pause_labels,
    paused_text,
    resumed_text,
    sold_out_text,
)

_MOST_LEFT = 100_000
_MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class Refused:
    """A form that was not accepted: why, beside which of its fields, and what was typed there.

    `subject` is the id of the dish, or "pause"; `is_stale` if the page showed an older state.
    """

    subject: str
    why: str
    typed: str
    is_stale: bool = False


def change(member: Membership, location: Location, form: QueryDict) -> str | Refused:
    """Do what the form asks for; returns the sentence that says what was done. Raises Forbidden and Gone."""
    do, subject = form.get("do", ""), form.get("id", "")
    if do in ("pause", "resume"):
        return _change_pause(member, location, form)
    try:
        kind, row_id = Stocked(form.get("kind", "")), UUID(subject)
    except ValueError as error:
        raise Gone(Code.ITEM_UNKNOWN) from error
    if do == "back":
        return back_text(back(member, location, kind, row_id).name)
    try:
        if do != "limit":
            return sold_out_text(sold_out(member, location, kind, row_id, do), location)
        left = _number(form.get("left", ""), _MOST_LEFT)
        name = set_stock(member, location, row_id, StockStatus.LIMITED, left)
        return limited_text(name, left or 0)
    except Invalid as error:
        return Refused(subject, error_text(error), form.get("left", "")[:20])


def _change_pause(member: Membership, location: Location, form: QueryDict) -> str | Refused:
    seen = parse_datetime(form.get("seen", "")) if form.get("seen") else None
    message = form.get("message", "")
    try:
        if form["do"] == "resume":
            resume(member, location, seen=seen)
            return resumed_text()
        pause(member, location, form.get("how_long", ""), message, seen=seen)
    except Invalid as error:
        return Refused("pause", error_text(error), message)
    except Conflict as error:
        return Refused("pause", error_text(error), message, is_stale=True)
    return paused_text(location_of(member.tenant, location.slug))


def page_facts(
    tenant: Tenant, location: Location, query: QueryDict, refused: Refused | None
) -> dict[str, Any]:
    """The template's context. Seven queries at most, whatever the number of dishes."""
    text = " ".join(query.get("q", "").replace("\x00", "").split())[:60]
    kind = Stocked.MODIFIER if query.get("kind") == Stocked.MODIFIER else Stocked.ITEM
    number = _number(query.get("page", ""), _MOST_PAGES) or 1
    one = _uuid(query.get("item", ""))
    listed = (
        StockPage(stock_of_item(tenant, location, one), 0, 1)
        if one
        else stock_page(tenant, location, kind, text, number)
    )
    out = sold_out_rows(tenant, location)
    return {
        "site": location,
        "listed": listed,
        "out": out,
        "is_cut": len(out) >= MOST_OUT,
        "is_one": one is not None,
        "is_overview": one is None and not text and number == 1,
        "text": text,
        "kind": kind.value,
        "how_long": how_long_labels(),
        "refused": refused,
        "kinds": [(one.value, _query(kind=one.value, q=text)) for one in Stocked],
        "newer": _query(kind=kind.value, q=text, page=str(number - 1)) if number > 1 else "",
        "older": _query(kind=kind.value, q=text, page=str(number + 1)) if listed.has_more else "",
        **pause_facts(location),
        "is_pausing": "pause" in query or (refused is not None and refused.subject == "pause"),
    }


def pause_facts(location: Location) -> dict[str, Any]:
    """The context of what is said about a pause."""
    paused = is_paused(location, now())
    return {
        "site": location,
        "is_paused": paused,
        "paused_text": paused_text(location) if paused else "",
        "guests_read": guests_read(location) if paused else "",
        "pause_seen": location.paused_at.isoformat() if location.paused_at else "",
        "pause_labels": pause_labels(),
    }


def _query(**values: str) -> str:
    return urlencode({name: value for name, value in values.items() if value})


def _number(text: str, most: int) -> int | None:
    """A positive number; None if it is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    return int(text) if 0 < int(text) <= most else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
