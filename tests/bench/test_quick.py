"""`make bench` works: a quick run produces every result. Its figures are not checked here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

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
    assert set(found) == {"confirm-postgres", "confirm-sqlite", "menu", "orm", "hanging", "restart"}
    for result in found.values():
        assert result["machine"]["cores"] > 0
        assert result["is_quick"]
    for name in ("confirm-postgres", "confirm-sqlite"):
        assert found[name]["confirms_per_second"]["median"] > 0
        assert found[name]["parts_ms"]["whole"] > found[name]["parts_ms"]["framework"]
    # pgbench's script is the recording of warm confirms: one transaction with all statements of settling, no statement
    # after it, and none that only a cold process sends.
    confirms = found["confirm-postgres"]
    statements = confirms["statements"]
    script = "\n".join(statements)
    for table in ("payment", "order", "orderevent", "numberseries", "ledgerentry", "webhookevent"):
        assert f"duitpos_{table} " in script
    assert confirms["confirms_recorded"] >= 50
    assert (statements.count("BEGIN"), statements.count("COMMIT"), statements[-1]) == (1, 1, "COMMIT")
    assert "duitpos_tenant " not in script
    assert confirms["statements_per_confirm"]["pgbench"] == len(statements)
    assert confirms["statements_per_confirm"]["confirm"] >= len(statements) - 1
    assert confirms["of_pgbench"]["median"] > 0
    assert found["menu"]["full"]["of_empty_view"]["median"] > 0
    assert found["menu"]["not_modified"]["of_empty_view"]["median"] > 0
    view = found["menu"]["first_view"]
    assert view["bytes"] == sum(part["bytes"] for part in view["parts"].values())
    assert view["parts"]["menu page"]["encoding"] == "br"
    assert found["orm"]["orm_over_made_once"]["median"] > 0
    for name in ("bounded", "without"):
        assert sum(found["hanging"][name]["guests"].values()) == 100
    assert set(found["restart"]["checked"]["after"]) == {"200", "404"}, "no request got a dead connection"
    page = (tmp_path / "README.md").read_text()
    assert "| **of pgbench** (aim 0.25) |" in page
    assert page.count("**What limits it**") == 3
    assert page.count("| reached |") + page.count("| **missed** |") == 8
