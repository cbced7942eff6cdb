"""The production settings as they are, with one more address: a view that does nothing, to compare with."""

import os
from typing import Any

import duitpos.settings
from duitpos.kit import slow_calls
from duitpos.settings import *  # noqa: F403 - all of them, whatever they are

ROOT_URLCONF = "bench.urls"

# The controls: what a benchmark measures, taken away.
if os.environ.get("BENCH_WITHOUT") == "check":
    _database: dict[str, Any] = duitpos.settings.DATABASES["default"]
    DATABASES = {"default": {**_database, "CONN_HEALTH_CHECKS": False}}
if os.environ.get("BENCH_WITHOUT") == "bound":
    slow_calls.Bulkhead._has_room = lambda *_: True  # type: ignore[method-assign]
