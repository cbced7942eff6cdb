"""Everything that guests read and that is not in a template. Whole sentences: each is translated as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duitpos.domain.checkout.options import PayOption
from duitpos.domain.checkout.payment_page import PageLabels
from duitpos.domain.checkout.same_cart import Twin
from duitpos.domain.checkout.stopped import Stopped, Why
from duitpos.domain.errors import Kind
from duitpos.domain.menus.read import Group
from duitpos.domain.menus.serving import Serving
from duitpos.domain.orders.counter_code import counter_code
from duitpos.domain.orders.guest_view import GuestOrder, GuestState
from duitpos.domain.orders.pricing import Change, ChangeKind
from duitpos.kit.clock import now
from duitpos.kit.money import Money
from duitpos.models import Location, ServiceCall, Tenant
from duitpos.models.order import OrderStatus
from duitpos.models.service_call import CallKind
from duitpos.models.tenant import ServiceStyle
from duitpos.ui.lists import listed
from duitpos.ui.tags import percent
from duitpos.ui.when import at_time
from duitpos.web.texts.hours import TO, days_text, moment_text

# --- the menu -----------------------------------------------------------------------------------------------


def charges_text(location: Location) -> str:
    """What the checkout adds to the prices of a menu, or that they include the tax; empty when there is nothing."""
    facts = {
        "rate": percent(location.service_charge_bp),
        "tax": location.tax_name,
        "tax_rate": percent(location.tax_bp),
    }
    is_added = bool(location.tax_bp) and not location.tax_is_inclusive
    if location.service_charge_bp and is_added:
        return _("Prices do not include service charge %(rate)s and %(tax)s %(tax_rate)s.") % facts
    if location.service_charge_bp:
        return _("Prices do not include service charge %(rate)s.") % facts
    if is_added:
        return _("Prices do not include %(tax)s %(tax_rate)s.") % facts
    return _("Prices include %(tax)s %(tax_rate)s.") % facts if location.tax_bp else ""


def included_text(location: Location) -> str:
    """What the running total contains beside the prices; empty when there is nothing."""
    has_tax = bool(location.tax_bp or location.reduced_tax_bp)
    if location.service_charge_bp and has_tax:
        return _("incl. service charge and tax")
    if location.service_charge_bp:
        return _("incl. service charge")
    return _("incl. tax") if has_tax else ""


@dataclass(frozen=True, slots=True)
class StoppedText:
    """Why a guest cannot order now, and what they can do."""

    heading: str
    lines: tuple[str, ...]


def stopped_text(stopped: Stopped, locale: str, at: datetime) -> StoppedText:
    """Above the menu. `at`: now; an end on another day is named with its date."""
    if stopped.why is Why.COUNTER:
        return StoppedText(_("Read here, order at the counter"), (no_online_payment_text(),))
    look = _("You can look at the menu.")
    if stopped.why is Why.FOR_GOOD:
        return StoppedText(_("We have closed here for good"), (look,))
    heading = _("We are not taking orders right now")
    if stopped.until is None:
        return StoppedText(heading, tuple(filter(None, (stopped.message, look))))
    facts = {"time": moment_text(stopped.until, locale, at)}
    if stopped.why is Why.HOURS:
        return StoppedText(heading, (_("We are closed, and open at %(time)s.") % facts, look))
    again = _("You can order again at %(time)s.") % facts
    return StoppedText(heading, tuple(filter(None, (stopped.message, again, look))))


def open_text(closed: Stopped | None, closes: datetime | None, locale: str, at: datetime) -> str:
    """Whether a location is open now. `closes`: when it closes next, an aware local time, if it does."""
    if closed is None:
        if closes is None:
            return _("Open now")
        return _("Open now, until %(time)s") % {"time": moment_text(closes, locale, at)}
    if closed.why is Why.FOR_GOOD:
        return _("Closed for good")
    if closed.why is Why.CLOSED or closed.until is None:
        return _("Closed now")
    facts = {"time": moment_text(closed.until, locale, at)}
    return (
        _("Closed now, opens at %(time)s") if closed.why is Why.HOURS else _("No orders until %(time)s")
    ) % facts


def served_text(servings: Sequence[Serving], locale: str) -> str:
    """When an item is served that is not served now."""
    return _("Served %(when)s") % {"when": listed([_serving_text(one, locale) for one in servings])}


def _serving_text(serving: Serving, locale: str) -> str:
    starts, ends = serving.starts or time.min, serving.ends or time.min
    times = "" if starts == ends else f"{_clock(starts)}{TO}{_clock(ends)}"
    return " ".join(filter(None, (days_text(serving.days, locale), times)))


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


def rule_text(group: Group) -> str:
    """How many of a group's choices a guest takes, beside the group's name."""
    least, most = group.min_choices, group.max_choices
    if least == most:
        return _("choose %(count)d") % {"count": least}
    if least == 0:
        return _("optional, up to %(count)d") % {"count": most}
    return _("choose %(least)d to %(most)d") % {"least": least, "most": most}


def items_text(count: int) -> str:
    """How many things are in a cart."""
    return ngettext("%(count)d item", "%(count)d items", count) % {"count": count}


# --- the checkout -------------------------------------------------------------------------------------------


def change_texts(changes: Sequence[Change], locale: str, currency: str) -> list[str]:
    """What differs from what the guest chose, one sentence each."""
    return [_change_text(change, locale, currency) for change in changes]


def _change_text(change: Change, locale: str, currency: str) -> str:
    if not change.name:  # nothing is known of it
        return _("A dish is no longer on the menu and was removed.")
    facts = {"name": change.name, "left": change.now_quantity, "wanted": change.was_quantity}
    if change.kind is ChangeKind.PRICE and change.was_minor is not None and change.now_minor is not None:
        facts["now"] = Money(change.now_minor, currency).format(locale)
        facts["was"] = Money(change.was_minor, currency).format(locale)
        return _("%(name)s is now %(now)s, was %(was)s.") % facts
    if change.kind is ChangeKind.LIMITED and change.now_quantity:
        return _("Only %(left)s left of %(name)s: %(left)s instead of %(wanted)s.") % facts
    sentences = {
        ChangeKind.LIMITED: _("There is no more %(name)s than you have already: this line was removed."),
        ChangeKind.SOLD_OUT: _("%(name)s is sold out and was removed."),
        ChangeKind.NOT_SERVED: _("%(name)s is not served at this time and was removed."),
        ChangeKind.GONE: _("%(name)s is no longer on the menu and was removed."),
        ChangeKind.CHOICES: _(
            "%(name)s was left out: its choices are missing or have changed. Please choose it again."
        ),
    }
    return sentences[change.kind] % facts


def kept_text() -> str:
    """Above the cart of an order that was not paid."""
    return _("You have not paid yet. Your order is kept: change it, or pay when you are ready.")


def changed_text(why: str) -> str:
    """Why a pressed Pay leads back to the cart; a price has total_text."""
    return {
        "edited": _("This order was changed since it was sent. Please look at it again before you pay."),
        "lapsed": _("The time to pay was over. Nothing was charged: please look again, and pay."),
        "canceled": _(
            "Our staff canceled this order. Nothing was charged, and it is kept here: ask them before you pay for it."
        ),
        "mode": _(
            "This restaurant changed how it takes payments. Nothing was charged: please look again, and pay."
        ),
        "paid": _("What you paid for meanwhile was taken out of this order. This is what is left."),
        "unsure": _(
            "The time to pay was over, and the payment service does not tell us whether it was paid."
            " If you have paid, do not pay again: ask our staff."
        ),
    }[why]


def twin_text(twin: Twin | None) -> str:
    """This phone or table pays for the same dishes, or has just paid; empty without such an order."""
    if twin is None:
        return ""
    if twin.is_paid and twin.is_own:
        text = _(
            "You have just paid for the same dishes: order %(number)s. Pay again only if you want them twice."
        )
    elif twin.is_paid:
        text = _(
            "Somebody at this table has just paid for the same dishes: order %(number)s. Pay only if you want them"
            " twice."
        )
    else:
        text = _(
            "Somebody at this table is paying for the same dishes at this moment. Pay only if you want them twice."
        )
    return text % {"number": twin.order.label or counter_code(twin.order.id)}


def look_again_text() -> str:
    """The cart is shown again, and nothing that can be named has changed."""
    return _("Please look at your order again before you pay.")


def total_text(now: Money, was: Money | None, locale: str) -> str:
    """The total differs from the one that the guest saw (None: none was sent)."""
    if was is None or was == now:
        return look_again_text()
    return _("The total is now %(now)s, was %(was)s. Nothing was charged yet.") % {
        "now": now.format(locale),
        "was": was.format(locale),
    }


def payment_labels(tenant: Tenant, location: Location) -> PageLabels:
    """What the processor's page says about this guest's order, in the guest's language."""
    return PageLabels(
        description=_("Order at %(restaurant)s, %(location)s")
        % {"restaurant": tenant.name, "location": location.name},
        service_charge=_("Service charge"),
        tax=_("Tax"),
        more_items=_more_items_text,
    )


def _more_items_text(count: int) -> str:
    return ngettext("%(count)d more item", "%(count)d more items", count) % {"count": count}


# --- an order -----------------------------------------------------------------------------------------------


def heading_text(seen: GuestOrder) -> str:
    """Above an order's page."""
    if seen.state == GuestState.PAID and seen.order.status == OrderStatus.READY:
        return _("Your order is ready")
    return {
        GuestState.WAITING: _("Waiting for payment"),
        GuestState.AT_COUNTER: _("Please pay at the counter"),
        GuestState.CHECKING: _("Checking your payment"),
        GuestState.PROCESSING: _("Your payment is on its way"),
        GuestState.PAID: _("Thank you"),
        GuestState.NEEDS_STAFF: _("Paid"),
        GuestState.LATE_CANCELED: _("Paid, but canceled"),
        GuestState.NOT_PAID: _("Not paid"),
        GuestState.REFUNDING: _("Being refunded"),
        GuestState.REFUNDED: _("Refunded"),
    }[seen.state]


def order_text(seen: GuestOrder) -> str:
    """What happened, what happens next, and whether to pay again."""
    if seen.has_extra_payment and seen.state == GuestState.PAID:
        return _("Your order is paid. A second payment for it arrived and is being refunded.")
    if seen.needs_confirmation and seen.state == GuestState.NEEDS_STAFF:
        return _(
            "We have your payment, but it came late. The restaurant will confirm your order or give the money back."
            " Do not pay again."
        )
    if seen.needs_confirmation:
        return _("Paid. The restaurant will confirm your order in a moment.")
    if seen.state == GuestState.PAID:
        return _paid_text(seen.order.status)
    if seen.state == GuestState.AT_COUNTER:
        return _counter_text(seen)
    return {
        GuestState.WAITING: _("Your order waits for payment. Nothing has been charged yet."),
        GuestState.CHECKING: _(
            "We are checking with the payment service. Do not pay again: this page updates by itself."
        ),
        GuestState.PROCESSING: _(
            "Your bank is still processing the payment. Do not pay again: this page updates by itself."
        ),
        GuestState.NEEDS_STAFF: _(
            "We have your payment, and staff are checking your order. Do not pay again."
        ),
        GuestState.LATE_CANCELED: _(
            "Paid, but the order was canceled. It is being refunded or served: please ask our staff."
        ),
        GuestState.NOT_PAID: _("This order was not paid, and nothing was charged."),
        GuestState.REFUNDING: _("Your money is on its way back to you."),
        GuestState.REFUNDED: _("Refunded. Your bank may take a few days to show it."),
    }[seen.state]


def waiting_text(seen: GuestOrder) -> str:
    """When the money goes back by itself; empty when it does not."""
    if seen.waiting is None:
        return ""
    at = at_time(seen.waiting.at, now(), seen.location.time_zone, seen.location.locale)
    if seen.waiting.is_all:
        text = _("If the restaurant has not decided by %(time)s, your money goes back to you by itself.")
    else:
        text = _(
            "If the restaurant has not decided by %(time)s, the money for the dishes that it cannot serve goes back to"
            " you by itself."
        )
    return text % {"time": at}


def _counter_text(seen: GuestOrder) -> str:
    facts = {"amount": seen.order.total.format(seen.location.locale), "code": seen.code}
    if seen.order.status == OrderStatus.HELD:
        return (
            _(
                "Pay %(amount)s at the counter. Show this code: %(code)s. The kitchen starts when you have paid."
            )
            % facts
        )
    return _("The kitchen has your order. Pay %(amount)s at the counter. Show this number: %(code)s.") % facts


def _paid_text(status: str) -> str:
    return {
        OrderStatus.PLACED.value: _("Paid. The kitchen has your order."),
        OrderStatus.PREPARING.value: _("Paid. Your order is being prepared."),
        OrderStatus.READY.value: _("Your order is ready."),
        OrderStatus.SERVED.value: _("Served. Enjoy!"),
    }.get(status) or _("Paid.")


def service_text(style: str, *, is_ready: bool) -> str:
    """How a paid order reaches the guest; empty when a ready one is being brought, which its state says."""
    if style == ServiceStyle.COLLECTED:
        if is_ready:
            return _("Please collect it at the counter.")
        return _("Please collect it at the counter when it is ready.")
    return "" if is_ready else _("We bring it to your table.")


def wait_text(usual: int, passed: int) -> str:
    """How many minutes an order is still likely to take: `usual` is what others took, `passed` what it took so far."""
    left = usual - passed
    if left > 0:
        return ngettext(
            "Usually ready in about %(count)d minute.", "Usually ready in about %(count)d minutes.", left
        ) % {"count": left}
    return ngettext(
        "Orders usually take about %(count)d minute here.",
        "Orders usually take about %(count)d minutes here.",
        usual,
    ) % {"count": usual}


def call_state_text(call: ServiceCall) -> str:
    """What became of a call from this table."""
    if call.kind == CallKind.BILL:
        if call.acknowledged_at is None:
            return _("You asked for the bill. Our staff have been told.")
        return _("Somebody is on the way with the bill.")
    if call.acknowledged_at is None:
        return _("Staff have been called.")
    return _("Somebody is on the way.")


def progress_text(seen: GuestOrder) -> str:
    """An order's state, in a word or two beside its number."""
    words = {
        GuestState.WAITING: _("waiting for payment"),
        GuestState.AT_COUNTER: _("to be paid at the counter"),
        GuestState.CHECKING: _("checking the payment"),
        GuestState.PROCESSING: _("payment on its way"),
        GuestState.NEEDS_STAFF: _("paid, staff are checking"),
        GuestState.LATE_CANCELED: _("paid, but canceled"),
        GuestState.NOT_PAID: _("not paid"),
        GuestState.REFUNDING: _("being refunded"),
        GuestState.REFUNDED: _("refunded"),
    }
    return words.get(seen.state) or status_text(seen.order.status)


def status_text(status: str) -> str:
    """Where a paid order is."""
    words = {
        OrderStatus.PLACED.value: _("received"),
        OrderStatus.PREPARING.value: _("being prepared"),
        OrderStatus.READY.value: _("ready"),
        OrderStatus.SERVED.value: _("served"),
        OrderStatus.CANCELED.value: _("canceled"),
    }
    return words.get(status, "")


# --- what cannot be done ------------------------------------------------------------------------------------


def problem_heading(kind: Kind) -> str:
    """Above the sentence about an expected failure."""
    headings = {
        Kind.GONE: _("Not found"),
        Kind.UNAVAILABLE: _("Please try again in a moment"),
        Kind.INVALID: _("That did not work"),
    }
    return headings.get(kind) or _("That is not possible right now")


def closed_heading() -> str:
    """Above a cart at a restaurant that is closed or paused."""
    return _("Not taking orders right now")


def closed_text() -> str:
    """What to do about it."""
    return _("Please come back to this page when the restaurant is open again.")


def counter_heading() -> str:
    """Above a cart that cannot be paid online."""
    return _("Order at the counter")


def no_online_payment_text() -> str:
    """Why: nothing to pay with."""
    return _("Online payment is not available here.")


def nothing_to_pay_text() -> str:
    """Why: it costs nothing."""
    return _("There is nothing to pay for this order.")


def how_to_pay_text(options: Sequence[PayOption]) -> str:
    """Above Pay: where the guest pays. Where that is not known yet, a sentence that is right for a page and a code."""
    at_counter = [option for option in options if option.is_manual]
    if len(at_counter) == len(options):
        return _("You pay our staff at the counter. Nothing is charged now.")
    if at_counter:
        return _("Pay online now, or send the order and pay our staff at the counter.")
    kinds = {option.pays_by for option in options}
    if len(options) > 1:
        if kinds == {"page"}:
            return _("You pay on the page of the payment service. Your card number never reaches us.")
        return _(
            "The payment service that you choose handles the payment. Your card number never reaches us."
        )
    who = {"who": options[0].processor_label}
    if kinds == {"page"}:
        return _("You pay on the page of %(who)s. Your card number never reaches us.") % who
    if kinds == {"code"}:
        return _("You pay in your bank's app, with a code from %(who)s that we show you next.") % who
    return _("%(who)s handles your payment. Your card number never reaches us.") % who
