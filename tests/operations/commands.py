"""Run `duitpos` as an operator does: in a separate process with its own environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.environment import TEST_ENVIRONMENT


def environment(var: Path, **more: str) -> dict[str, str]:
    """The command's environment: only PATH and the test values."""
    return {"PATH": os.environ["PATH"], **TEST_ENVIRONMENT, "DUITPOS_VAR": str(var), **more}


def duitpos(*words: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command until it ends."""
    return subprocess.run(
        [sys.executable, "-m", "duitpos.cli", *words], env=env, capture_output=True, text=True, timeout=60
    )
