"""Which results are written, and what the report says about them."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

import bench.__main__ as main
from bench.report import write_report

pytestmark = pytest.mark.pure


def machine(**facts: Any) -> dict[str, Any]:
    return {"load_before": 0.1, "cores": 2, "was_busy": False, **facts}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The measurements that were started; nothing is measured, and results are written to `tmp_path`."""
    questions: list[str] = []

    def answer(question: str, is_quick: bool, against: Path | None) -> dict[str, Any]:
        questions.append(question)
        return {}

    monkeypatch.setattr(main, "_answer", answer)
    monkeypatch.setattr(main, "_RESULTS", tmp_path)
    monkeypatch.setattr(main, "write_report", lambda folder: None)
    monkeypatch.setattr(main, "find_programs", lambda: tmp_path)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    (tmp_path / "pgbench").touch()
    return questions


@pytest.mark.parametrize("words, code", [([], 2), (["--busy"], 0), (["--quick"], 0)])
def test_a_busy_machine_overwrites_results_only_with_busy(
    asked: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    code: int,
) -> None:
    monkeypatch.setattr(main, "machine_facts", lambda _: machine(load_before=1.4, was_busy=True))
    monkeypatch.setattr(sys, "argv", ["bench", *words])
    assert main.main() == code
    assert len(asked) == (0 if code else len(main.QUESTIONS))
    assert ("--busy" in capsys.readouterr().out) == bool(code)


def test_each_result_holds_the_facts_of_its_own_run(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for load, words in ((0.1, []), (0.2, ["--only", "menu"])):
        monkeypatch.setattr(main, "machine_facts", lambda _, load=load: machine(load_before=load))
        monkeypatch.setattr(sys, "argv", ["bench", *words])
        assert main.main() == 0
    loads = {
        file.stem: json.loads(file.read_text())["machine"]["load_before"] for file in tmp_path.glob("*.json")
    }
    assert loads == dict.fromkeys(main.QUESTIONS, 0.1) | {"menu": 0.2}


def test_the_page_says_which_results_are_of_a_busy_machine_and_which_aims_were_missed(tmp_path: Path) -> None:
    facts = machine(
        was_busy=True,
        load_before=1.4,
        measured_at="2026-11-25 00:00 UTC",
        processor="x",
        memory_gib=1,
        system="Linux",
        python="3.11",
        postgresql="15",
        libraries={},
        file_system="ext4",
        flush_ms=1.5,
    )
    rate = {"median": 399.0, "low": 300.0, "high": 500.0, "rounds": 3, "unit": "/s"}
    cost = {**rate, "median": 2.0}
    ratio = {**rate, "median": 1.9, "unit": ""}
    parts = dict.fromkeys(
        ("framework", "verify", "rules", "database", "whole", "one_connection", "empty_view_one_connection"),
        1.0,
    )
    result = {
        "machine": facts,
        "is_quick": False,
        "plan": {"connections": 7},
        "restaurants": 50,
        "confirms_per_second": rate,
        "p99": cost,
        "web_cpu": cost,
        "client_cpu": cost,
        "parts_ms": {**parts, "statements": 9.0},
        "earlier": {"commit": "28d472c", "confirms_per_second": rate, "ours_over_it": ratio},
    }
    (tmp_path / "confirm-sqlite.json").write_text(json.dumps(result))
    write_report(tmp_path)
    page = (tmp_path / "README.md").read_text()
    assert "other work (confirm-sqlite: load above 0.5 per core" in page
    assert "| confirms on SQLite, of commit 28d472c | at least 2 | 1.9 (300 to 500) | **missed** |" in page
    assert "p99 at 7 connections" in page
    assert "16 connections" not in page
