"""The texts of the set-up page: each step's title, and its evidence or what is missing."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from duitpos.dashboard.texts.reasons import reason_text
from duitpos.domain.processor_accounts.setup_steps import Evidence, Step, StepState
from duitpos.kit.clock import now
from duitpos.models import Location
from duitpos.ui.when import at_time
from duitpos.web.sentences import ByFact, Sentence, Text, say

TITLES: Mapping[Step, Text] = {
    Step.MENU: _("Menu"),
    Step.TABLES: _("Tables"),
    Step.HOURS: _("Opening hours"),
    Step.KEY: _("Get your %(processor)s API keys"),
    Step.TYPE: _("Add a payment type with %(processor)s"),
    Step.WEBHOOK: _("Set up the webhook"),
    Step.PAYMENT: _("Make a test payment"),
    Step.REFUND: _("Refund it"),
}

EVIDENCE: Mapping[Evidence, Sentence] = {
    Evidence.DISHES: ngettext_lazy(
        "%(count)d dish can be ordered.", "%(count)d dishes can be ordered.", "count"
    ),
    Evidence.NO_DISH: _("Nothing can be ordered yet: add a dish."),
    Evidence.TABLES: ngettext_lazy(
        "%(count)d table has a code to scan.", "%(count)d tables have a code to scan.", "count"
    ),
    Evidence.NO_TABLE: _("Guests scan a code to order: add a table."),
    Evidence.OPEN_NOW: _("%(location)s is open now."),
    Evidence.CLOSED_NOW: _(
        "%(location)s is closed now, and takes orders again at %(opens)s. Until then you cannot make a test order."
    ),
    Evidence.PAUSED_NOW: _(
        "%(location)s is paused now. End the pause under Sold out before you make a test order."
    ),
    Evidence.ZONE_UNKNOWN: _(
        "%(location)s has a time zone that is not known here (%(zone)s), so it counts as closed."
        " Ask whoever runs this site to correct it."
    ),
    Evidence.NO_LOCATION: _("This restaurant has no location yet."),
    Evidence.KEY_CHECKED: ByFact(
        "mode",
        {
            "test": _("Key of %(name)s accepted at %(at)s. Test mode: no real money."),
            "live": _("Key of %(name)s accepted at %(at)s. Live mode: real money."),
            "": _("Key of %(name)s accepted at %(at)s. The first payment tells its mode."),
        },
    ),
    Evidence.KEY_WAITS: _(
        "The key is kept, but could not be checked yet: %(processor)s did not answer. It is tried again by itself."
    ),
    Evidence.KEY_REFUSED: _("The key is refused since %(at)s. Paste a good one."),
    Evidence.NO_KEY: _("No key yet."),
    Evidence.TYPE_OFFERED: _(
        "Guests can choose “%(type)s” (%(type_code)s), with %(processor)s since %(at)s."
    ),
    Evidence.TYPE_INACTIVE: _("“%(type)s” (%(type_code)s) is not active: guests cannot choose it."),
    Evidence.TYPE_WITHOUT_PROCESSOR: _("A payment type is there, but without %(processor)s."),
    Evidence.NO_TYPE: _("No payment type for the phones of guests yet."),
    Evidence.SIGNED_DELIVERY: _("Signed delivery at %(at)s."),
    Evidence.ROUND_TRIP: _("A test event came back signed at %(at)s."),
    Evidence.AWAITS_DELIVERY: _(
        "It is set up. The tick comes with its first signed delivery, at the latest with the first payment."
    ),
    Evidence.WEBHOOK_DOWN: _("Nothing is delivered since %(at)s."),
    Evidence.NO_WEBHOOK: _("Not set up yet."),
    Evidence.ORDER_PAID: ByFact(
        "has_table",
        {
            "True": _("Order %(order)s at table %(table)s paid at %(at)s."),
            "False": _("Order %(order)s paid at %(at)s."),
        },
    ),
    Evidence.NO_PAYMENT: _("No paid test order yet."),
    Evidence.REFUNDED: _("Order %(order)s refunded at %(at)s."),
    Evidence.REFUND_UNDER_WAY: _("The refund of order %(order)s is on its way since %(at)s."),
    Evidence.REFUND_FAILED: _("The refund of order %(order)s failed. Open the order to see why."),
    Evidence.NO_REFUND: _("Not refunded yet."),
}


def title_text(step: Step, processor: str) -> str:
    """A step's title."""
    return say(TITLES[step], {"processor": processor})


def evidence_text(state: StepState, processor: str, site: Location) -> str:
    """Why a step is done, or what is missing, with times of the location's zone."""
    about = {"processor": processor, **state.evidence}
    if state.at is not None:
        about["at"] = at_time(state.at, now(), site.time_zone, site.locale)
    about["has_table"] = bool(about.get("table"))
    text = say(EVIDENCE[Evidence(state.evidence["code"])], about)
    reason = reason_text(state.evidence.get("reason", {}))
    return f"{reason} {text}" if reason else text
