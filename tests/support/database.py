"""The database of a test run. DUITPOS_TEST_DB chooses: sqlite (default) or postgres."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.postgres import throwaway_cluster

KINDS = ("sqlite", "postgres")


def chosen_kind() -> str:
    """The value of DUITPOS_TEST_DB."""
    kind = os.environ.get("DUITPOS_TEST_DB", "sqlite")
    if kind not in KINDS:
        raise ValueError(f"DUITPOS_TEST_DB is {kind!r}; it must be one of {', '.join(KINDS)}.")
    return kind


@contextmanager
def database_for_a_run(kind: str, folder: Path) -> Iterator[str]:
    """Yield a DATABASE_URL for the run. Each worker's test database is on the same server or in the same folder."""
    if kind == "postgres":
        with throwaway_cluster() as url:
            yield url
    else:
        # A file, as in production: an in-memory database has different locking and no second connection.
        yield f"sqlite:///{folder / 'unused.sqlite3'}"


def run_folder() -> tempfile.TemporaryDirectory[str]:
    """A temporary folder for one run's files, deleted after the run."""
    return tempfile.TemporaryDirectory(prefix="duitpos-tests-", ignore_cleanup_errors=True)


def current_database_url() -> str:
    """The DATABASE_URL of the test database in use, for a process that a test starts."""
    from django.db import connection

    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    return f"postgres://{settings['USER']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
