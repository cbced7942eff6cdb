"""Facts about the machine: hardware, versions, load."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

_LIBRARIES = ("Django", "granian", "psycopg", "psycopg-pool", "stripe", "whitenoise")
QUIET = 0.5
"""Load per core above which other processes would distort the figures."""
_FLUSHES = 50


def machine_facts(postgres: Path) -> dict[str, Any]:
    """Cores, memory, disk, versions, and the load before the run. `postgres` is the folder of its programs."""
    shown = subprocess.run([postgres / "postgres", "--version"], capture_output=True, text=True, check=True)
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    folder = Path(tempfile.gettempdir()).resolve()
    return {
        "cores": cores,
        "processor": _first(r"model name\s*: (.+)", Path("/proc/cpuinfo")) or platform.machine(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "postgresql": shown.stdout.split()[2],
        "libraries": {name: version(name) for name in _LIBRARIES},
        "load_before": round(load, 2),
        "was_busy": load > QUIET * cores,
        "file_system": _file_system(folder),
        "flush_ms": round(_flush_ms(folder), 3),
    }


def _file_system(folder: Path) -> str:
    """The type of the file system with the benchmark's databases; empty when unknown."""
    mounts = Path("/proc/mounts")
    rows = [line.split() for line in mounts.read_text().splitlines()] if mounts.exists() else []
    # The longest mount point that contains the folder; of equal ones, the last one mounted.
    above = [
        (len(row[1]), number, row[2]) for number, row in enumerate(rows) if folder.is_relative_to(row[1])
    ]
    return max(above)[2] if above else ""


def _flush_ms(folder: Path) -> float:
    """The median time to flush 8 KB to disk there, as every COMMIT does."""
    took = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(_FLUSHES):
            file.write(b"x" * 8192)
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    return median(took)


def _first(pattern: str, file: Path) -> str:
    found = re.search(pattern, file.read_text()) if file.exists() else None
    return found[1].strip() if found else ""


def cpu_seconds(pid: int) -> float:
    """CPU time that a process and its descendants have used so far; 0 on systems without /proc."""
    rows = [_row(stat) for stat in Path("/proc").glob("[0-9]*/stat")]
    parents = {row[0]: row[1] for row in rows if row}
    ticks = {row[0]: row[2] for row in rows if row}
    return sum(spent for child, spent in ticks.items() if _descends(child, pid, parents)) / os.sysconf(
        "SC_CLK_TCK"
    )


def memory_mib(pid: int) -> float:
    """Memory of a process and its descendants in MiB (proportional set size: shared pages count once).

    0 on systems without /proc.
    """
    parents = {row[0]: row[1] for stat in Path("/proc").glob("[0-9]*/stat") if (row := _row(stat))}
    ours = [child for child in parents if _descends(child, pid, parents)]
    return sum(_shared_kib(Path(f"/proc/{child}/smaps_rollup")) for child in ours) / 1024


def _shared_kib(rollup: Path) -> int:
    try:
        return int(_first(r"(?m)^Pss: +(\d+) kB", rollup) or 0)
    except (FileNotFoundError, ProcessLookupError, PermissionError):  # it has ended meanwhile
        return 0


def _row(stat: Path) -> tuple[int, int, int] | None:
    """Process id, parent's id, ticks."""
    try:
        head, _, rest = stat.read_text().rpartition(")")
    except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
        return None
    words = rest.split()
    return int(head.split()[0]), int(words[1]), int(words[11]) + int(words[12])


def _descends(child: int, ancestor: int, parents: dict[int, int]) -> bool:
    while child and child != ancestor:
        child = parents.get(child, 0)
    return child == ancestor
