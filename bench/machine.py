"""The machine that measured, and what ran on it."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

_LIBRARIES = ("Django", "granian", "psycopg", "psycopg-pool", "stripe", "whitenoise")


def machine_facts(postgres: Path) -> dict[str, Any]:
    """Cores, memory, versions, and how busy the machine is before anything is measured. `postgres`: its programs."""
    shown = subprocess.run([postgres / "postgres", "--version"], capture_output=True, text=True, check=True)
    return {
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cores": os.cpu_count(),
        "processor": _first(r"model name\s*: (.+)", Path("/proc/cpuinfo")) or platform.machine(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "postgresql": shown.stdout.split()[2],
        "libraries": {name: version(name) for name in _LIBRARIES},
        "load_before": round(os.getloadavg()[0], 2),
    }


def _first(pattern: str, file: Path) -> str:
    found = re.search(pattern, file.read_text()) if file.exists() else None
    return found[1].strip() if found else ""


def cpu_seconds(pid: int) -> float:
    """Processor time that a process and its descendants have used so far; 0 where the system has no /proc."""
    rows = [_row(stat) for stat in Path("/proc").glob("[0-9]*/stat")]
    parents = {row[0]: row[1] for row in rows if row}
    ticks = {row[0]: row[2] for row in rows if row}
    return sum(spent for child, spent in ticks.items() if _descends(child, pid, parents)) / os.sysconf(
        "SC_CLK_TCK"
    )


def _row(stat: Path) -> tuple[int, int, int] | None:
    """Process id, parent's id, ticks."""
    try:
        head, _, rest = stat.read_text().rpartition(")")
    except (FileNotFoundError, ProcessLookupError):  # it ended while we looked
        return None
    words = rest.split()
    return int(head.split()[0]), int(words[1]), int(words[11]) + int(words[12])


def _descends(child: int, ancestor: int, parents: dict[int, int]) -> bool:
    while child and child != ancestor:
        child = parents.get(child, 0)
    return child == ancestor
