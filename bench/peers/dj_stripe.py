"""dj-stripe, in a virtual environment of its own: as little as it can do for one delivery."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from bench.plan import say
from bench.restaurants import SECRET
from bench.server import Command, running

_FOLDER = Path(__file__).parent
_DATABASE = "peer"
_THREADS = 32


@dataclass(frozen=True)
class Peer:
    """A running peer."""

    port: int
    pid: int
    path: str
    """Where it takes deliveries."""
    version: str
    database_url: str

    def orders(self) -> int:
        """How many orders it has made."""
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute("SELECT count(*) FROM shop_order").fetchone()
        assert row is not None
        count: int = row[0]
        return count


@contextmanager
def running_peer(url: str, folder: Path, workers: int) -> Iterator[Peer | None]:
    """Install it into `folder` and run it on the same PostgreSQL server; None when it cannot be installed."""
    python = folder / "peer" / "bin" / "python"
    if not _install(python):
        say("the peer is left out: pip could not install bench/peers/requirements.txt")
        yield None
        return
    environment = _environment(url)
    path = _run(python, environment, "-m", "shop.prepare", SECRET)
    version = _run(
        python, environment, "-c", "from importlib.metadata import version as v; print(v('dj-stripe'))"
    )
    words = [str(python), "-m", "granian", "shop.wsgi:application", "--interface", "wsgi", "--no-ws"]
    words += ["--workers", str(workers), "--blocking-threads", str(_THREADS)]
    with running(Command(words, environment, _FOLDER)) as (port, pid):
        yield Peer(port, pid, path, f"dj-stripe {version}", environment["DATABASE_URL"])


def _install(python: Path) -> bool:
    say("installing the peer")
    subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
    words = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    words += ["--requirement", str(_FOLDER / "requirements.txt")]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def _environment(url: str) -> dict[str, str]:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_DATABASE}")
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "shop.settings",
        "SECRET_KEY": os.environ["SECRET_KEY"],
        "DATABASE_URL": urlsplit(url)._replace(path=f"/{_DATABASE}").geturl(),
    }


def _run(python: Path, environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [str(python), *words], env=environment, cwd=_FOLDER, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"The peer failed:\n{done.stderr}")
    return done.stdout.strip().splitlines()[-1]
