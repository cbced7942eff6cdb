"""Storage: records in memory, mirrored into one SQLite file when a path is given.

One asyncio loop owns it, so nothing here needs a lock.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]


@dataclass
class Record:
    """One stored thing: a Stripe object, or a key, timer or delivery of the sandbox.

    `obj` is what the API shows (a full Stripe object without expansions), `extra` what the API does not show.
    """

    kind: str
    id: str
    account: str
    livemode: bool
    created: int
    obj: Json
    extra: Json = field(default_factory=dict)
    seq: int = 0


_SCHEMA = """
create table if not exists record (
    kind text, id text, account text, livemode integer, created integer, seq integer, obj text, extra text,
    primary key (kind, id)
);
create table if not exists fact (name text primary key, value text);
"""


class Store:
    """Records by kind and id, in the order they were made."""

    def __init__(self, path: Path | None = None) -> None:
        self._kinds: dict[str, dict[str, Record]] = {}
        self._facts: dict[str, Any] = {}
        self._dirty: set[tuple[str, str]] = set()
        self._dirty_facts: set[str] = set()
        self._seq = 0
        self._db: sqlite3.Connection | None = None
        if path is not None:
            self._db = sqlite3.connect(path)
            self._db.execute("pragma journal_mode = wal")
            self._db.executescript(_SCHEMA)
            self._load(self._db)

    def _load(self, db: sqlite3.Connection) -> None:
        columns = "kind, id, account, livemode, created, seq, obj, extra"
        for row in db.execute(f"select {columns} from record order by seq"):  # noqa: S608 (our own names)
            kind, key, account, livemode, created, seq, obj, extra = row
            self._kinds.setdefault(kind, {})[key] = Record(
                kind, key, account, bool(livemode), created, json.loads(obj), json.loads(extra), seq
            )
            self._seq = max(self._seq, seq)
        for name, value in db.execute("select name, value from fact"):
            self._facts[name] = json.loads(value)

    def add(self, record: Record) -> Record:
        """Add a new record; it becomes the newest of its kind."""
        self._seq += 1
        record.seq = self._seq
        self._kinds.setdefault(record.kind, {})[record.id] = record
        self._dirty.add((record.kind, record.id))
        return record

    def save(self, record: Record) -> None:
        """Mark a record as changed, to be written with the next flush."""
        self._dirty.add((record.kind, record.id))

    def remove(self, record: Record) -> None:
        self._kinds.get(record.kind, {}).pop(record.id, None)
        self._dirty.add((record.kind, record.id))

    def find(self, kind: str, key: str) -> Record | None:
        return self._kinds.get(kind, {}).get(key)

    def all(self, kind: str) -> Iterator[Record]:
        """Oldest first; a copy, so that the caller may add and remove records."""
        return iter(list(self._kinds.get(kind, {}).values()))

    def newest(self, kind: str) -> list[Record]:
        return list(reversed(list(self._kinds.get(kind, {}).values())))

    def fact(self, name: str, default: Any = None) -> Any:
        """A single value that is not a record, e.g. the clock's offset."""
        return self._facts.get(name, default)

    def set_fact(self, name: str, value: Any) -> None:
        self._facts[name] = value
        self._dirty_facts.add(name)

    def clear(self) -> None:
        """Delete everything, on disk too."""
        self._kinds.clear()
        self._facts.clear()
        self._dirty.clear()
        self._dirty_facts.clear()
        if self._db is not None:
            with self._db:
                self._db.execute("delete from record")
                self._db.execute("delete from fact")

    def flush(self) -> None:
        """Write what changed since the last flush in one transaction."""
        if self._db is None:
            self._dirty.clear()
            self._dirty_facts.clear()
            return
        if not self._dirty and not self._dirty_facts:
            return
        with self._db:
            for kind, key in self._dirty:
                self._write(self._db, kind, key)
            for name in self._dirty_facts:
                value = json.dumps(self._facts[name])
                self._db.execute("insert or replace into fact values (?, ?)", (name, value))
        self._dirty.clear()
        self._dirty_facts.clear()

    def _write(self, db: sqlite3.Connection, kind: str, key: str) -> None:
        record = self.find(kind, key)
        if record is None:
            db.execute("delete from record where kind = ? and id = ?", (kind, key))
            return
        db.execute(
            "insert or replace into record values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.kind,
                record.id,
                record.account,
                record.livemode,
                record.created,
                record.seq,
                json.dumps(record.obj),
                json.dumps(record.extra),
            ),
        )

    def close(self) -> None:
        self.flush()
        if self._db is not None:
            self._db.close()
