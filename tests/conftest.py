"""Sets up Django, the database of this run and the few things that every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import django
import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser

from tests.support.browser import running_chromium
from tests.support.database import chosen_kind, current_database_url, database_for_a_run, run_folder
from tests.support.environment import enter_test_environment

_run = pytest.StashKey[ExitStack]()

# A busy machine is no failure: nothing here is timed.
settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if "CI" in os.environ else "shared machine")

# Folders whose tests need no database, but for those that say so.
_PURE_FOLDERS = ("sandbox", "workshop")
_DATABASE_MARKS = {"django_db", "postgres_only"}


def pytest_configure(config: pytest.Config) -> None:
    """Make the run's database and load Django. The workers of pytest-xdist inherit the former."""
    if not hasattr(config, "workerinput"):
        stack = ExitStack()
        config.stash[_run] = stack
        folder = Path(stack.enter_context(run_folder()))
        url = stack.enter_context(database_for_a_run(chosen_kind(), folder))
        enter_test_environment(url, str(folder))
    django.setup()
    from tests.support.database_clock import install_database_clock
    from tests.support.flush import install_flush

    install_flush()
    install_database_clock()


def pytest_unconfigure(config: pytest.Config) -> None:
    stack = config.stash.get(_run, None)
    if stack is not None:
        stack.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not about this run's database, and run tests without a database once only."""
    kind = chosen_kind()
    here = Path(__file__).parent
    unwanted = {"sqlite": {"postgres_only"}, "postgres": {"sqlite_only", "pure"}}[kind]
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        if {"sandbox_process", "process"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")  # it starts a Stripe and speaks HTTP with it: not for every keystroke
        marks = {mark.name for mark in item.iter_markers()}
        if item.path.relative_to(here).parts[0] in _PURE_FOLDERS and not marks & _DATABASE_MARKS:
            item.add_marker("pure")
            marks.add("pure")
        (left_out if marks & unwanted else kept).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


@pytest.fixture(scope="session")
def django_db_modify_db_settings(worker_id: str) -> None:
    """One test database for each worker; on SQLite a file, as in production."""
    from django.db import connections

    suffix = "" if worker_id == "master" else f"_{worker_id}"
    database = connections["default"].settings_dict
    if connections["default"].vendor == "sqlite":
        name = str(Path(os.environ["DUITPOS_VAR"]) / f"test{suffix}.sqlite3")
    else:
        name = f"test_{database['NAME']}{suffix}"
    database["TEST"]["NAME"] = name


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """The test database's URL, for processes that a test starts (they see committed rows only)."""
    return current_database_url()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A running browser; open a context in it (`chromium.new_context()`) for each person."""
    with running_chromium() as browser:
        yield browser
