"""`make bench` works: a quick run answers every question. Its figures are never judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.pure
@pytest.mark.slow
@pytest.mark.timeout(400)
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
    assert set(found) == {"machine", "confirm-postgres", "confirm-sqlite", "menu"}
    for name in ("confirm-postgres", "confirm-sqlite"):
        assert found[name]["confirms_per_second"]["median"] > 0
        assert found[name]["parts_ms"]["whole"] > found[name]["parts_ms"]["framework"]
    # pgbench's script is the record of a real confirm: one transaction, with everything that settling writes.
    script = "\n".join(found["confirm-postgres"]["statements"])
    for table in ("payment", "order", "orderevent", "numberseries", "ledgerentry", "webhookevent"):
        assert f"duitpos_{table} " in script
    assert found["confirm-postgres"]["of_pgbench"]["median"] > 0
    assert found["menu"]["full"]["of_empty_view"]["median"] > 0
    assert found["menu"]["not_modified"]["of_empty_view"]["median"] > 0
    view = found["menu"]["first_view"]
    assert view["gzip_bytes"] == sum(sizes["gzip"] for sizes in view["parts"].values())
    assert "| **of pgbench** (aim 0.25) |" in (tmp_path / "README.md").read_text()
