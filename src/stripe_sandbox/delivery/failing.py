"""Endpoints that fail for days: Stripe warns their owner, and later switches them off."""

from stripe_sandbox.clock import Clock
from stripe_sandbox.settings import Settings
from stripe_sandbox.store import Json, Record, Store
from stripe_sandbox.timers import Timers

# Facts of an endpoint that answers well; times are epoch seconds of the sandbox's clock.
_WELL: Json = {"failing_since": None, "warned_at": None, "disable_at": None}


class FailingEndpoints:
    """Notes each attempt's result per endpoint, and warns and disables when all have failed for days.

    The warning, at Stripe a mail, is the fact `warned_at` beside `disable_at`. A timer that was set for an earlier
    row of failures finds another `failing_since` and does nothing.
    """

    def __init__(self, store: Store, clock: Clock, timers: Timers, settings: Settings) -> None:
        self._store, self._clock, self._timers, self._settings = store, clock, timers, settings
        timers.on("warn_endpoint", self._warn)
        timers.on("disable_endpoint", self._disable)

    def note(self, endpoint: Record, delivered: bool) -> None:
        """One attempt has ended: a success ends a row of failures, the first failure starts one."""
        failing = endpoint.extra.get("failing_since") is not None
        if delivered == failing:
            if delivered:
                forget_failures(endpoint)
            else:
                self._start(endpoint)
            self._store.save(endpoint)

    def _start(self, endpoint: Record) -> None:
        now, settings = self._clock.now(), self._settings
        endpoint.extra |= {**_WELL, "failing_since": now}
        warn_at, disable_at = now + settings.warn_failing_seconds, now + settings.disable_failing_seconds
        self._timers.add("warn_endpoint", warn_at, endpoint=endpoint.id, since=now, disable_at=disable_at)
        self._timers.add("disable_endpoint", disable_at, endpoint=endpoint.id, since=now)

    def _warn(self, endpoint: str, since: int, disable_at: int) -> None:
        record = self._still_failing(endpoint, since)
        if record is not None:
            record.extra |= {"warned_at": self._clock.now(), "disable_at": disable_at}
            self._store.save(record)

    def _disable(self, endpoint: str, since: int) -> None:
        record = self._still_failing(endpoint, since)
        if record is not None:
            record.obj["status"] = "disabled"
            self._store.save(record)

    def _still_failing(self, endpoint: str, since: int) -> Record | None:
        record = self._store.find("endpoint", endpoint)
        if record is None or record.obj["status"] != "enabled" or record.extra.get("failing_since") != since:
            return None
        return record


def forget_failures(endpoint: Record) -> None:
    """The row of failures is over: an attempt succeeded, or the endpoint was enabled again."""
    endpoint.extra |= _WELL
