"""`make bench` works: a quick run produces every result. Its figures are not checked here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import QUESTIONS

ENDS = ("| reached |", "| **missed** |")
ROOT = Path(__file__).parent.parent.parent


@pytest.mark.pure
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_quick_run_answers_every_question(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--into", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = {file.stem: json.loads(file.read_text()) for file in tmp_path.glob("*.json")}
    assert set(found) == set(QUESTIONS)
    for result in found.values():
        assert result["machine"]["cores"] > 0
        assert result["is_quick"]
    for name in ("confirm-postgres", "confirm-sqlite"):
        assert found[name]["confirms_per_second"]["median"] > 0
        assert set(found[name]["parts_ms"]) >= {"whole", "framework"}
        assert "earlier" not in found[name], "nothing to compare with was named"
    confirms = found["confirm-postgres"]
    # The statement, and now and then what is kept for some seconds.
    sent = confirms["statements_per_confirm"]
    assert 0.9 < sent["confirm"] < 6
    assert (sent["one_statement"], sent["before"]) == (1, 15)
    assert confirms["of_pgbench_one_statement"]["median"] > 0
    assert confirms["of_pgbench_before"]["median"] > 0
    for kind in ("postgres", "sqlite"):
        assert found[f"paths-{kind}"]["general_over_few"]["median"] > 0
    assert found["demo"]["seconds"]["median"] > 0
    assert found["menu"]["full"]["of_empty_view"]["median"] > 0
    assert found["menu"]["not_modified"]["of_empty_view"]["median"] > 0
    view = found["menu"]["first_view"]
    assert view["bytes"] == sum(part["bytes"] for part in view["parts"].values())
    assert view["parts"]["menu page"]["encoding"] == "br"
    for name in ("bounded", "without"):
        assert sum(found["hanging"][name]["guests"].values()) == 100
    assert set(found["restart"]["checked"]["after"]) == {"200", "404"}, "no request got a dead connection"
    page = (tmp_path / "README.md").read_text()
    assert "| **of that** (aim 0.45) |" in page
    assert page.count("**What limits it**") == 3
    aims = {line.split(" | ")[0].strip("| ") for line in page.splitlines() if line.endswith(ENDS)}
    assert {"confirms, of pgbench with the one statement", "the demo's second start"} <= aims
