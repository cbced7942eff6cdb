"""What one processor account keeps of its owner's credentials, as the JSON document that is sealed in its row."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta

MOST_PREVIOUS = 8
FORMER_VERIFY_FOR = timedelta(days=1)
"""How long deliveries that are signed with a replaced secret are believed."""


@dataclass(frozen=True, slots=True)
class StoredCredentials:
    """Plain texts by field name. Never logged: it has no readable representation."""

    current: Mapping[str, str] = field(default_factory=dict, repr=False)
    """In use."""
    previous: tuple[Mapping[str, str], ...] = field(default=(), repr=False)
    """Former values of the fields that verify deliveries, newest first: late deliveries are signed with them."""
    waiting: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Pasted, but nobody could say yet whose they are; the ones in use stay in use."""
    waiting_endpoint: str = ""
    """Where the waiting ones are to be used; empty for the processor's own address."""
    previous_until: tuple[str, ...] = ()
    """Until when each of `previous` verifies, as ISO 8601. Those of earlier versions have none until the next purge."""

    def with_current(
        self, values: Mapping[str, str], verifying: Collection[str], at: datetime
    ) -> StoredCredentials:
        """Replace all that is in use at `at`. Of what changes, the fields that verify deliveries become previous."""
        now, before = (
            {name: text for name, text in source.items() if text and name in verifying}
            for source in (values, self.current)
        )
        former = [(one, until) for one, until in self._former(at) if one != now]
        if before and before != now:
            until = (at + FORMER_VERIFY_FOR).isoformat(timespec="seconds")
            former = [(before, until), *((one, end) for one, end in former if one != before)]
        former = former[:MOST_PREVIOUS]
        return replace(
            self,
            current={name: text for name, text in values.items() if text},
            previous=tuple(one for one, _ in former),
            previous_until=tuple(until for _, until in former),
        )

    def without_ended(self, at: datetime) -> StoredCredentials:
        """Forget the former values that ended by `at`, and give those of earlier versions an end a day from then."""
        end = (at + FORMER_VERIFY_FOR).isoformat(timespec="seconds")
        former = self._former(at)
        return replace(
            self,
            previous=tuple(one for one, _ in former),
            previous_until=tuple(until or end for _, until in former),
        )

    def verifying_at(self, at: datetime) -> tuple[Mapping[str, str], ...]:
        """What verifies a delivery that arrives at `at`, newest first."""
        return (self.current, *(one for one, _ in self._former(at)))

    def _former(self, at: datetime) -> list[tuple[Mapping[str, str], str]]:
        """The previous values that still verify, with the end of each."""
        ends = (*self.previous_until, *("" for _ in self.previous[len(self.previous_until) :]))
        pairs = zip(self.previous, ends, strict=True)
        return [(one, end) for one, end in pairs if not end or datetime.fromisoformat(end) > at]

    def with_waiting(self, values: Mapping[str, str], endpoint: str) -> StoredCredentials:
        """Replace what waits."""
        return replace(self, waiting=dict(values), waiting_endpoint=endpoint)

    def without_waiting(self) -> StoredCredentials:
        """Forget what waits."""
        return replace(self, waiting={}, waiting_endpoint="")

    def to_text(self) -> str:
        """The document to seal; empty when nothing is kept."""
        return json.dumps(asdict(self)) if self != StoredCredentials() else ""

    @classmethod
    def from_text(cls, text: str) -> StoredCredentials:
        """The document that was sealed."""
        if not text:
            return cls()
        plain = json.loads(text)
        lists = {name: tuple(plain.get(name, ())) for name in ("previous", "previous_until")}
        return cls(**{**plain, **lists})
