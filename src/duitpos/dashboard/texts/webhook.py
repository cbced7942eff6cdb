"""The texts of a webhook's page: its state, and each finding with what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from duitpos.dashboard.texts.reasons import reason_text
from duitpos.domain.processor_accounts.webhooks.judge import WebhookFinding, WebhookState
from duitpos.kit.facts import Facts
from duitpos.web.sentences import ByFact, Sentence, Text, say

W = WebhookFinding

STATES: Mapping[str, Text] = {
    WebhookState.WORKING: _("The webhook works: signed deliveries arrive."),
    WebhookState.UNPROVEN: _("No signed delivery has arrived yet. Send a test event to prove the webhook."),
    WebhookState.DOWN: _("The webhook does not work. Orders still come in, but some minutes later."),
    WebhookState.MISSING: _("No webhook is set up. Orders still come in, but some minutes later."),
}
WORDS: Mapping[str, tuple[str, Text]] = {
    WebhookState.WORKING: ("ok", _("Works")),
    WebhookState.UNPROVEN: ("waiting", _("Not proved")),
    WebhookState.DOWN: ("failed", _("Down")),
    WebhookState.MISSING: ("waiting", _("Missing")),
}

FOUND: Mapping[str, Sentence] = {
    W.NO_ENDPOINT: _("There is no endpoint with this address: %(ours)s. Press Repair, or add it by hand."),
    W.WRONG_ADDRESS: _("The endpoint delivers to %(url)s, and should deliver to %(ours)s. Press Repair."),
    W.DISABLED: _(
        "The endpoint is switched off at the processor: %(url)s. Press Repair, or switch it on there."
    ),
    W.NOTHING_VERIFIES: _(
        "No %(field)s is saved, so deliveries cannot be believed. Press Create, or paste it."
    ),
    W.NEEDED_EVENTS_MISSING: _(
        "These needed events are not ticked: %(names)s. Press Repair, or tick them there."
    ),
    W.EVENTS_MISSING: _("These events are not ticked: %(names)s. It works without them; they add detail."),
    W.EVENTS_SUPERFLUOUS: _("These events are ticked and not used: %(names)s. They do no harm."),
    W.OTHER_VERSION: _(
        "The endpoint sends API version %(version)s; this software reads %(ours)s, and asks again for each payment."
    ),
    W.THIN: _("Some deliveries came as thin events, without their content, so each is asked about again."),
    W.TWO_ENDPOINTS: _("Two endpoints have this address: %(url)s. Each event comes twice and counts once."),
    W.STALE_ENDPOINT: _("A former endpoint of this restaurant is still there: %(url)s. Remove it."),
    W.WRONG_SIGNATURE: ByFact(
        "problem",
        {
            "mismatch": _(
                "The last delivery was signed with another secret than the saved one. Paste the endpoint's."
            ),
            "clock": _("The last delivery's time differs from our clock by more than five minutes."),
            "no_secret": _("A delivery came, and no secret is saved to check it with."),
        },
    ),
    W.NOISE: _("Somebody sent a delivery without a proper signature. That is no fault of the webhook."),
    W.UNDELIVERED: _(
        "Events of the last day that the processor could not deliver: %(count)s. It tries for up to three days, and may"
        " switch the endpoint off if all of them fail."
    ),
    W.EVENT_MISSED: _(
        "A payment was found in another way, and its event did not arrive within five minutes."
    ),
    W.PROOF_LATE: _("The test event did not come back within five minutes."),
    W.CANNOT_LIST: _("The endpoints could not be listed, so only deliveries tell whether the webhook works."),
}

PATHS: Mapping[str, Text] = {
    "webhook": _("Webhook"),
    "return": _("Guest's return"),
    "sweep": _("Periodic check"),
    "button": _("Check payment now"),
}
"""What finds that a payment was made, in the order of their speed."""


def path_rows(found_by: Mapping[str, int]) -> list[tuple[str, int]]:
    """How many payments each path found, without those that found none; nothing when no payment was made."""
    return [(str(name), found_by[path]) for path, name in PATHS.items() if found_by.get(path)]


def path_text(found_by: Mapping[str, int]) -> str:
    """What the numbers mean."""
    total = sum(found_by.get(path, 0) for path in PATHS)
    others = total - found_by.get("webhook", 0)
    if not total:
        return _now("No payment in the last 24 hours.")
    if not others:
        return _now("The webhook was first every time.")
    return _now("%(others)d of %(total)d came another way: each is safe, only later.") % {
        "others": others,
        "total": total,
    }


@dataclass(frozen=True, slots=True)
class Compared:
    """Two addresses, cut where they begin and cease to differ."""

    same: str
    theirs: str
    ours: str
    end: str


def compared(theirs: str, ours: str) -> Compared:
    """Cut two addresses into what they share at the beginning and end, and the part that differs in each."""
    start = _shared(theirs, ours)
    end = _shared(theirs[start:][::-1], ours[start:][::-1])
    return Compared(
        ours[:start],
        theirs[start : len(theirs) - end],
        ours[start : len(ours) - end],
        ours[len(ours) - end :] if end else "",
    )


def _shared(one: str, other: str) -> int:
    """How many characters two texts share from their beginning."""
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


MADE: Mapping[str, Text] = {
    "repair": _("The endpoint is set up, and a test event is on its way."),
    "test": _("A test event is on its way."),
    "rotate": _("A second endpoint with a new secret is in use. Remove the former one after a day."),
    "remove": _("The former endpoints are removed."),
    "heal": _("From now on a dead endpoint is repaired by itself."),
    "leave": _("From now on a dead endpoint is left as it is."),
}


def found_text(finding: Facts) -> str:
    """The sentence of a finding, with the processor's reason if there is one."""
    text = say(FOUND[finding["code"]], finding)
    reason = finding.get("reason")
    return f"{text} {reason_text(reason)}" if isinstance(reason, dict) and reason else text
