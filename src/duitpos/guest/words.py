"""What guests read for our short codes. Nothing here is staff's language."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duitpos.domain.menus.read import Group
from duitpos.models import Location
from duitpos.models.order import OrderStatus
from duitpos.ui.tags import percent


def progress_word(state: str, status: str) -> str:
    """How an order stands, in a word or two, inside a line."""
    words = {
        "waiting": _("waiting for payment"),
        "checking": _("checking the payment"),
        "processing": _("payment on its way"),
        "needs_staff": _("paid, staff are checking"),
        "late_canceled": _("paid, but canceled"),
        "not_paid": _("not paid"),
        "refunding": _("being refunded"),
        "refunded": _("refunded"),
    }
    return words.get(state) or status_word(status)


def status_word(status: str) -> str:
    """Where a paid order is, inside a line."""
    words = {
        OrderStatus.PLACED.value: _("received"),
        OrderStatus.PREPARING.value: _("being prepared"),
        OrderStatus.READY.value: _("ready"),
        OrderStatus.SERVED.value: _("served"),
        OrderStatus.CANCELED.value: _("canceled"),
    }
    return words.get(status, "")


def charge_words(location: Location) -> str:
    """What the checkout adds to the prices of a menu, or that they include the tax; empty when there is nothing."""
    charges = []
    if location.service_charge_bp:
        charges.append(_("service charge %(rate)s") % {"rate": percent(location.service_charge_bp)})
    tax = f"{location.tax_name} {percent(location.tax_bp)}" if location.tax_bp else ""
    if tax and not location.tax_is_inclusive:
        charges.append(tax)
    if charges:
        return _("Prices do not include %(charges)s.") % {"charges": _(" and ").join(charges)}
    return _("Prices include %(tax)s.") % {"tax": tax} if tax else ""


def rule_of(group: Group) -> str:
    """How many of a group's choices a guest takes."""
    least, most = group.min_choices, group.max_choices
    if least == most:
        return _("choose %(count)d") % {"count": least}
    if least == 0:
        return _("optional, up to %(count)d") % {"count": most}
    return _("choose %(least)d to %(most)d") % {"least": least, "most": most}


def items_word(count: int) -> str:
    """How many things are in a cart."""
    return ngettext("%(count)d item", "%(count)d items", count) % {"count": count}


def mark_words(marks: tuple[str, ...]) -> list[str]:
    """Dietary marks and allergens as words; a restaurant's own word is shown as it wrote it."""
    known = {
        "halal": _("Halal"),
        "vegetarian": _("Vegetarian"),
        "vegan": _("Vegan"),
        "spicy": _("Spicy"),
        "gluten_free": _("Gluten free"),
        "nuts": _("nuts"),
        "peanuts": _("peanuts"),
        "egg": _("egg"),
        "milk": _("milk"),
        "fish": _("fish"),
        "shellfish": _("shellfish"),
        "soy": _("soy"),
        "gluten": _("gluten"),
        "wheat": _("wheat"),
        "sesame": _("sesame"),
    }
    return [known.get(mark, mark.replace("_", " ")) for mark in marks]
