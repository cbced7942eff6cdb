"""The production settings, with one more URL: an empty view as a baseline."""

import os

from duitpos.kit import slow_calls
from duitpos.kit.postgres import base
from duitpos.settings import *  # noqa: F403 - all settings

ROOT_URLCONF = "bench.urls"

# The controls: switch off the feature that a benchmark measures.
if os.environ.get("BENCH_WITHOUT") == "check":
    base.is_alive = lambda connection: True  # type: ignore[attr-defined]
if os.environ.get("BENCH_WITHOUT") == "bound":
    slow_calls.Bulkhead._has_room = lambda *_: True  # type: ignore[method-assign]
