"""The runner counts test results, and a run that crashes is a failure."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.support.run import Tally, judge, read_report

NO_PLUGINS = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
MIXED = """
    import pytest

    def test_good(): pass

    def test_bad(): assert False

    @pytest.fixture
    def broken(): raise ValueError

    def test_error(broken): pass

    @pytest.mark.skip(reason="no printer here")
    def test_skipped(): pass
"""


def report_of(folder: Path, tests: str) -> Path:
    (folder / "test_it.py").write_text(textwrap.dedent(tests))
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--rootdir={folder}"]
    command += [f"--junitxml={report}", "-o", "junit_family=xunit1", "-c", "/dev/null", str(folder)]
    subprocess.run(command, cwd=folder, env=NO_PLUGINS, capture_output=True, check=False)
    return report


def test_errors_count_as_failed_and_skips_keep_their_reason(tmp_path: Path) -> None:
    tally = read_report(report_of(tmp_path, MIXED), "sqlite")
    assert (tally.passed, tally.failed, tally.skipped) == (1, 2, 1)
    assert tally.skips[0].endswith("test_skipped: no printer here")


def test_tallies_add_up() -> None:
    total = Tally(1, 2, 3, ["a"])
    total.add(Tally(10, 20, 30, ["b"]))
    assert total == Tally(11, 22, 33, ["a", "b"])


def test_failures_of_a_run_are_counted_once(tmp_path: Path) -> None:
    assert judge(1, report_of(tmp_path, MIXED), "sqlite").failed == 2


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(2, id="interrupted"),
        pytest.param(3, id="crashed"),
        pytest.param(4, id="bad-usage"),
        pytest.param(5, id="no-test-found"),
        pytest.param(-9, id="killed"),
    ],
)
def test_a_run_that_crashes_or_runs_no_test_is_a_failure(code: int, tmp_path: Path) -> None:
    assert judge(code, tmp_path / "never-written.xml", "sqlite").failed == 1
    all_good = report_of(tmp_path, "def test_good(): pass")
    assert judge(code, all_good, "sqlite").failed == 1
    assert judge(0, all_good, "sqlite") == Tally(passed=1)
