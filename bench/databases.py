"""A temporary database for one question, durable as in production."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.support.postgres import throwaway_cluster

KINDS = ("postgres", "sqlite")


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """Yield the DATABASE_URL of an empty database. PostgresUnavailable."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    with throwaway_cluster() as url:
        make_durable(url)
        yield url


def make_durable(url: str) -> None:
    """Undo the test server's speed settings: every commit is flushed to disk, as in production."""
    with psycopg.connect(url, autocommit=True) as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {name} = 'on'")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CHECKPOINT")


def server_folder(url: str) -> Path:
    """The server's data folder; its log is in the parent folder."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    return Path(row[0])
