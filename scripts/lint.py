"""make lint: all checks that need no test run. They run concurrently, and each prints one line.

They use the test environment, so that lint needs no settings.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tests.support.environment import enter_test_environment

_BIN = Path(sys.executable).parent
_PYTHON = sys.executable


@dataclass(frozen=True)
class Check:
    name: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    name: str
    ok: bool
    seconds: float
    output: str


# The longest first, so that all cores finish at about the same time.
CHECKS = (
    Check("mypy", (f"{_BIN}/mypy",)),
    Check("import contracts", (f"{_BIN}/lint-imports", "--cache-dir", ".cache/imports")),
    Check("missing migrations", (_PYTHON, "manage.py", "makemigrations", "--check", "--dry-run")),
    Check("Django's system checks", (_PYTHON, "manage.py", "check", "--fail-level", "WARNING")),
    Check("house rules", (_PYTHON, "-m", "scripts.house_rules")),
    Check("ruff check", (f"{_BIN}/ruff", "check", "--quiet", ".")),
    Check("ruff format", (f"{_BIN}/ruff", "format", "--check", "--quiet", "--diff", ".")),
    Check("locks are complete", (_PYTHON, "-m", "pip", "--disable-pip-version-check", "check")),
    Check("everything compiles", (_PYTHON, "-m", "compileall", "-q", "src", "tests", "scripts", "bench")),
)


def _run(check: Check) -> Result:
    began = time.monotonic()
    done = subprocess.run(
        check.command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    return Result(
        check.name, done.returncode == 0, time.monotonic() - began, (done.stdout + done.stderr).strip()
    )


def run_checks() -> Iterator[Result]:
    """Run every check and yield each result when it is ready."""
    with tempfile.TemporaryDirectory(prefix="duitpos-lint-") as var:
        enter_test_environment(f"sqlite:///{var}/lint.sqlite3", var)
        with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
            for done in as_completed([pool.submit(_run, check) for check in CHECKS]):
                yield done.result()


def lint() -> tuple[int, int]:
    """Run every check and print its result. Returns how many passed and how many failed."""
    passed = failed = 0
    for result in run_checks():
        print(f"{'ok    ' if result.ok else 'FAILED'}  {result.name} ({result.seconds:.1f} s)", flush=True)
        if result.ok:
            passed += 1
        else:
            failed += 1
            print(result.output, flush=True)
    return passed, failed


if __name__ == "__main__":
    sys.exit(1 if lint()[1] else 0)
