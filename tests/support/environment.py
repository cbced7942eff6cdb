"""The environment of tests, linters and processes that tests start: only test values."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

# Fixed, so that a failure can be reproduced; it only encrypts secrets in test databases.
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

# Variables of a developer's shell that must not affect tests.
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

    `var` is the folder for the application's files (see DUITPOS_VAR).
    """
    # WhiteNoise warns if the folder of static files does not exist; tests collect none.
    (Path(var) / "static").mkdir(exist_ok=True)
    for name in _FOREIGN:
        os.environ.pop(name, None)
    os.environ.update(TEST_ENVIRONMENT, DATABASE_URL=database_url, DUITPOS_VAR=var)
