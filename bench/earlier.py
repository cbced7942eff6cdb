"""An earlier version of DuitPOS, from a checkout of it: its web server gets the same load in turn (`--against`)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.server import running, warm_up, web_command

_WORKERS = 2
"""Its own default, with either database."""


@dataclass(frozen=True)
class Earlier:
    """A running earlier version, on the same database."""

    port: int
    pid: int
    commit: str


@contextmanager
def running_earlier(checkout: Path | None, folder: Path) -> Iterator[Earlier | None]:
    """Run the web server of a checkout whose tables are the same; None without a checkout."""
    if checkout is None:
        yield None
        return
    # Its static files differ.
    web = web_command(_WORKERS, checkout, DUITPOS_VAR=str(folder / "earlier"))
    collect = [*web.words[:-1], "manage", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, env=web.environment, cwd=checkout, check=True, stdout=subprocess.DEVNULL)
    commit = ["git", "-C", str(checkout), "rev-parse", "--short", "HEAD"]
    named = subprocess.run(commit, capture_output=True, text=True, check=True).stdout.strip()
    with running(web) as (port, pid):
        warm_up(port, _WORKERS)
        yield Earlier(port, pid, named)
