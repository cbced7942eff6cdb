"""The whole state of one running sandbox, owned by one asyncio loop."""

from pathlib import Path
from typing import Any

from stripe_sandbox.accounts import Accounts, Scope
from stripe_sandbox.clock import Clock
from stripe_sandbox.delivery.deliveries import Deliveries
from stripe_sandbox.settings import Settings
from stripe_sandbox.store import Json, Record, Store
from stripe_sandbox.timers import Timers


class Sandbox:
    """The state that everything else works on. Actions are plain functions that take it first."""

    def __init__(self, state: Path | None = None, public_url: str | None = None) -> None:
        self.store = Store(state)
        self.clock = Clock()
        self.clock.offset = self.store.fact("offset", 0)
        self.settings = Settings.model_validate(self.store.fact("settings", {}))
        self.timers = Timers(self.store, self.clock)
        self.accounts = Accounts(self.store)
        self.deliveries = Deliveries(self.store, self.clock, self.timers, self.settings)
        self.public_url = public_url
        # Counts resets: a call that began before a reset must not change anything after it.
        self.resets = 0

    def add(self, kind: str, scope: Scope, obj: Json, **extra: Any) -> Record:
        """Store a new Stripe object of this account and mode."""
        record = Record(kind, obj["id"], scope.account, scope.livemode, self.clock.now(), obj, extra)
        return self.store.add(record)

    def get(self, kind: str, scope: Scope, key: str) -> Record | None:
        """The object, when it exists and belongs to this account and mode."""
        record = self.store.find(kind, key)
        if record is None or (record.account, record.livemode) != (scope.account, scope.livemode):
            return None
        return record

    def of(self, kind: str, scope: Scope) -> list[Record]:
        """All objects of this account and mode, newest first."""
        mine = (scope.account, scope.livemode)
        return [r for r in self.store.newest(kind) if (r.account, r.livemode) == mine]

    def flush(self) -> None:
        """Write to disk what changed, the clock's offset included."""
        if self.store.fact("offset", 0) != self.clock.offset:
            self.store.set_fact("offset", self.clock.offset)
        self.store.flush()


def scope_of(record: Record) -> Scope:
    return Scope(record.account, record.livemode)
