"""`python -m bench`: run every measurement, and write the results.

--quick       a few seconds, to check that the benchmark works; its figures are meaningless
--into DIR    the folder for the results (bench/results; with --quick a new folder, printed at the end)
--only NAME   one of confirm-postgres, confirm-sqlite, paths-postgres, paths-sqlite, menu, demo, hanging, restart,
              reports; the other results stay, with the facts of their own run
--against DIR a checkout of an earlier version with the same tables: confirm-* compare with it in every round
--busy        write bench/results/ even if the machine is busy; the results say so
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from bench import plan as plans
from bench.machine import QUIET, machine_facts
from bench.report import write_report
from tests.support.postgres import find_programs

QUESTIONS = (
    "confirm-postgres",
    "confirm-sqlite",
    "paths-postgres",
    "paths-sqlite",
    "menu",
    "demo",
    "hanging",
    "restart",
    "reports",
)
_RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """Run the measurements. Returns exit code 0 when all succeeded."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.answer:  # this is the process that measures
        plan = plans.QUICK if options.quick else plans.FULL
        print(json.dumps(_measure(options.answer, plan, options.against)))
        return 0
    programs = find_programs()
    if programs is None or not (programs / "pgbench").exists():
        print("make bench needs a PostgreSQL server with pgbench. Debian, Ubuntu: apt-get install postgresql")
        return 2
    into = Path(
        options.into or (tempfile.mkdtemp(prefix="duitpos-bench-results-") if options.quick else _RESULTS)
    )
    machine = machine_facts(programs)
    if machine["was_busy"] and into == _RESULTS and not options.busy:
        print(
            f"This machine is busy: load {machine['load_before']} on {machine['cores']} cores, more than {QUIET}"
            " per core. Wait until it is idle, write elsewhere with --into DIR, or add --busy to record that."
        )
        return 2
    into.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    plan = plans.QUICK if options.quick else plans.FULL
    for question in [options.only] if options.only else QUESTIONS:
        print(f"{question} ({time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)
        at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        # In each file, since the files may come from different runs.
        facts = {"machine": machine | {"measured_at": at}, "is_quick": options.quick, "plan": asdict(plan)}
        (into / f"{question}.json").write_text(
            _text(facts | _answer(question, options.quick, options.against))
        )
    write_report(into)
    print(f"{into / 'README.md'} ({time.monotonic() - began:.0f} s)")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure, and write the results.")
    parser.add_argument(
        "--quick", action="store_true", help="check that it works; the figures are meaningless"
    )
    parser.add_argument("--into", metavar="DIR", help="the folder for the results")
    parser.add_argument("--only", choices=QUESTIONS, help="measure one question, keep the other results")
    parser.add_argument(
        "--against", metavar="DIR", type=_checkout, help="a checkout of an earlier version to compare with"
    )
    parser.add_argument("--busy", action="store_true", help="overwrite bench/results on a busy machine")
    parser.add_argument("--answer", choices=QUESTIONS, help=argparse.SUPPRESS)
    return parser.parse_args()


def _checkout(text: str) -> Path:
    folder = Path(text).absolute()
    if not (folder / "bench" / "settings.py").exists():
        raise argparse.ArgumentTypeError(f"{text} is no checkout of DuitPOS")
    return folder


def _answer(question: str, is_quick: bool, against: Path | None) -> dict[str, Any]:
    """Measure in a separate process, since each loads Django for its own database."""
    words = [sys.executable, "-m", "bench", "--answer", question, *(["--quick"] if is_quick else [])]
    words += ["--against", str(against)] if against else []
    child = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        said, _ = child.communicate()
    except BaseException:
        child.terminate()  # it stops its servers and removes its folders
        child.wait()
        raise
    if child.returncode:
        raise SystemExit(f"{question} was not measured: the reason is above.")
    answer: dict[str, Any] = json.loads(said)
    return answer


def _measure(question: str, plan: plans.Plan, against: Path | None) -> dict[str, Any]:
    topic, _, kind = question.partition("-")
    if topic == "confirm":
        from bench.confirm import measure as measure_confirm

        return measure_confirm(kind, plan, against)
    if topic == "paths":
        from bench.paths import measure as measure_paths

        return measure_paths(kind, plan)
    measure: Callable[[plans.Plan], dict[str, Any]] = import_module(f"bench.{topic}").measure
    return measure(plan)


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
