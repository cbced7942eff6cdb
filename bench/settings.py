"""The production settings, with one more URL: an empty view as a baseline."""

import os
from typing import Any

import duitpos.settings
from duitpos.kit import slow_calls
from duitpos.settings import *  # noqa: F403 - all settings

ROOT_URLCONF = "bench.urls"

# The controls: switch off the feature that a benchmark measures.
if os.environ.get("BENCH_WITHOUT") == "check":
    _database: dict[str, Any] = duitpos.settings.DATABASES["default"]
    DATABASES = {"default": {**_database, "CONN_HEALTH_CHECKS": False}}
if os.environ.get("BENCH_WITHOUT") == "bound":
    slow_calls.Bulkhead._has_room = lambda *_: True  # type: ignore[method-assign]
