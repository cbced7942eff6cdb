"""The texts of a webhook's page: its state, and each finding with what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from duitpos.dashboard.texts.reasons import reason_text
from duitpos.domain.processor_accounts.webhooks.judge import WebhookFinding, WebhookReport, WebhookState
from duitpos.kit.facts import Facts
from duitpos.ui.when import exactly
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
    W.WRONG_ADDRESS_BY_HAND: _(
        "An endpoint that was added by hand delivers to %(url)s, and should deliver to %(ours)s. Change it there, or"
        " press Repair to have another one made."
    ),
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
        " Press Repair to have it replaced."
    ),
    W.SECRET_LOST: _(
        "The secret of this endpoint is not known here, so none of its deliveries is believed: %(url)s. Press Repair"
        " to have it replaced, or paste its secret."
    ),
    W.THIN: _("Some deliveries came as thin events, without their content, so each is asked about again."),
    W.TWO_ENDPOINTS: _("Two endpoints have this address: %(url)s. Each event comes twice and counts once."),
    W.STALE_ENDPOINT: _("A former endpoint of this restaurant is still there: %(url)s. Remove it."),
    W.BY_HAND_ELSEWHERE: _(
        "An endpoint that was added by hand delivers to another address of this restaurant, where nothing is read:"
        " %(url)s. Remove it at the processor."
    ),
    W.OTHER_INSTALLATION: _(
        "Another installation of this software uses the same account, and has its own endpoint: %(url)s. It is left"
        " alone."
    ),
    W.OTHER_RESTAURANT: _(
        "Another restaurant here uses the same account, and has its own endpoint: %(url)s. It is left alone."
    ),
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
    W.STRANGE_SIGNATURE: _(
        "A delivery was signed with a secret that is not known here. Nothing is missing, so a stranger may have sent"
        " it."
    ),
    W.NOISE: _("Somebody sent a delivery without a proper signature. That is no fault of the webhook."),
    W.UNDELIVERED: _(
        "Events of the last day that the processor could not deliver: %(count)s, the first on %(since)s. It tries for"
        " up to three days, and may switch the endpoint off if all of them fail."
    ),
    W.EVENT_MISSED: _(
        "A payment was found in another way, and its event did not arrive within five minutes."
    ),
    W.PROOF_LATE: _("The test event did not come back within five minutes."),
    W.CANNOT_LIST: _(
        "The endpoints cannot be listed now, so only deliveries and what was seen before tell whether the webhook"
        " works."
    ),
    W.REPAIR_REFUSED: _("The last repair did not succeed."),
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


def state_words(report: WebhookReport, time_zone: str, locale: str) -> str:
    """The state in a word or two, with the time since when it does not work."""
    word = str(WORDS[report.state][1])
    if report.since is None:
        return word
    return _now("Down since %(time)s") % {"time": exactly(report.since, time_zone, locale)}


def found_text(finding: Facts, time_zone: str = "UTC", locale: str = "en_MY") -> str:
    """The sentence of a finding, with the processor's reason if there is one."""
    since = datetime.fromisoformat(finding["since"]) if finding.get("since") else None
    told = {"since": exactly(since, time_zone, locale)} if since else {}
    text = say(FOUND[finding["code"]], {**finding, **told})
    reason = finding.get("reason")
    return f"{text} {reason_text(reason)}" if isinstance(reason, dict) and reason else text
