"""What one processor account keeps of its owner's credentials, as the JSON document that is sealed in its row."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace

MOST_PREVIOUS = 2


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

    def with_current(self, values: Mapping[str, str], verifying: Collection[str]) -> StoredCredentials:
        """Replace all that is in use. Of what changes, the fields that verify deliveries become the newest previous."""
        now, before = (
            {name: text for name, text in source.items() if text and name in verifying}
            for source in (values, self.current)
        )
        former = [one for one in self.previous if one != now]
        if before and before != now:
            former = [before, *(one for one in former if one != before)]
        return replace(
            self,
            current={name: text for name, text in values.items() if text},
            previous=tuple(former[:MOST_PREVIOUS]),
        )

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
        return cls(**{**plain, "previous": tuple(plain["previous"])})
