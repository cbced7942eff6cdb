"""make test and make test-fast: runs pytest for each database in turn, and prints a summary.

The last line is `N passed, N failed, N skipped`. An error counts as failed, and so does a run that crashes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts.lint import lint
from tests.support.services import MissingPrograms, ensure_programs

_REPORTS = Path(".cache/test-results")
# pytest: all passed, some failed. Every other code (no test found, bad usage, a crash) counts as a failure.
_RAN = (0, 1)
_MAX_WORKERS = 8


@dataclass
class Tally:
    """The numbers of test results. `skips` has one line for each skipped test."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    skips: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.skips += other.skips


@dataclass(frozen=True)
class Run:
    """One pytest run: its database, and its tests (a marker expression)."""

    database: str
    marks: str = ""


FULL = (Run("sqlite"), Run("postgres"))
FAST = (Run("sqlite", "not browser and not slow"),)


def read_report(report: Path, database: str) -> Tally:
    """Count the results in one JUnit file."""
    tally = Tally()
    for case in ET.parse(report).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            tally.failed += 1
        elif (skip := case.find("skipped")) is not None:
            tally.skipped += 1
            reason = skip.get("message", "no reason given")
            tally.skips.append(f"{database}: {case.get('classname')}.{case.get('name')}: {reason}")
        else:
            tally.passed += 1
    return tally


def judge(code: int, report: Path, database: str) -> Tally:
    """The results of a run with this exit code; a run that crashed or ran no test counts as a failure."""
    tally = read_report(report, database) if report.exists() else Tally()
    if code not in _RAN or (code and not tally.failed):
        print(f"The run on {database} ended with pytest's exit code {code}.", flush=True)
        tally.failed += 1
    return tally


def run_pytest(run: Run, words: Sequence[str]) -> Tally:
    """Run pytest in a separate process and count its results."""
    report = _REPORTS / f"{run.database}.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", f"--junitxml={report}", "-o", "junit_family=xunit1"]
    command += ["-n", "auto", f"--maxprocesses={_MAX_WORKERS}", "--dist", "worksteal", "--durations=10"]
    command += ["-m", run.marks] if run.marks else []
    print(f"\n=== tests on {run.database} {run.marks and f'({run.marks})'}", flush=True)
    child = subprocess.Popen([*command, *words], env=os.environ | {"DUITPOS_TEST_DB": run.database})
    try:
        code = child.wait()
    except KeyboardInterrupt:
        # pytest got the signal too and is removing its database.
        child.wait(timeout=60)
        raise
    return judge(code, report, run.database)


def run_all(words: Sequence[str]) -> Tally:
    """Lint, then the whole suite on each database."""
    total = Tally()
    print("=== lint", flush=True)
    total.passed, total.failed = lint()
    for run in FULL:
        total.add(run_pytest(run, words))
    return total


def run_fast(words: Sequence[str]) -> Tally:
    """The quick tests, for use during development."""
    total = Tally()
    for run in FAST:
        total.add(run_pytest(run, words))
    return total


def main(arguments: Sequence[str]) -> int:
    """`all` or `fast`, then `--` and arguments for pytest. Returns the exit code."""
    which, _, *words = [*arguments, "--"] if "--" not in arguments else arguments
    try:
        if which == "all":
            ensure_programs()
        total = run_all(words) if which == "all" else run_fast(words)
    except MissingPrograms as missing:
        print(missing, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    if total.skips:
        print("\nSkipped:")
        print("\n".join(f"  {skip}" for skip in sorted(total.skips)))
    print(f"\n{total.passed} passed, {total.failed} failed, {total.skipped} skipped", flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
