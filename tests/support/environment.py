"""The environment of tests, of linters and of the processes that tests start: test values, nothing else."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

# Fixed, so that a failure can be repeated; worthless, since only a test's database is ever sealed with it.
_ENCRYPTION_KEY = base64.b64encode(hashlib.sha256(b"duitpos tests").digest()).decode()

TEST_ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "duitpos.settings",
    "DUITPOS_ENV": "test",
    "SECRET_KEY": "only-for-tests-" + "x" * 50,
    "DUITPOS_ENCRYPTION_KEYS": f"test:{_ENCRYPTION_KEY}",
    "BASE_URL": "http://testserver",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "DUITPOS_PROXY_COUNT": "0",
}

# A developer's own shell must not decide what a test sees.
_FOREIGN = (
    "CACHE_URL",
    "DATABASE_URL",
    "DEBUG",
    "DUITPOS_SANDBOX_URLS",
    "DUITPOS_VAR",
    "EMAIL_URL",
    "PORT",
)


def enter_test_environment(database_url: str, var: str) -> None:
    """Make this process, and every process it starts, run in the test environment.

    `var` is the folder in which the application keeps what it makes (see DUITPOS_VAR).
    """
    # The file server warns of a folder of collected files that is not there; tests collect none.
    (Path(var) / "static").mkdir(exist_ok=True)
    for name in _FOREIGN:
        os.environ.pop(name, None)
    os.environ.update(TEST_ENVIRONMENT, DATABASE_URL=database_url, DUITPOS_VAR=var)
