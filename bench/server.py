"""The real server, as an operator starts it: `duitpos web`, production settings, two workers."""

from __future__ import annotations

import base64
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.load import run_load

HOST = "bench.example"
EMPTY = f"GET /bench/empty/ HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\n\r\n".encode()
ROOT = Path(__file__).parent.parent
_START_SECONDS = 30.0


def enter_production(database_url: str, var: Path) -> None:
    """Make this process, and every process it starts, use production settings."""
    for name in ("CACHE_URL", "DEBUG", "DUITPOS_SANDBOX_URLS", "EMAIL_URL", "LOG_LEVEL", "ALLOWED_HOSTS"):
        os.environ.pop(name, None)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="bench.settings",
        DUITPOS_ENV="production",
        SECRET_KEY=secrets.token_urlsafe(50),
        DUITPOS_ENCRYPTION_KEYS=f"k1:{base64.b64encode(os.urandom(32)).decode()}",
        BASE_URL=f"https://{HOST}",
        DUITPOS_PROXY_COUNT="1",
        DUITPOS_VAR=str(var),
        DATABASE_URL=database_url,
        PYTHONPATH=source_path(ROOT),
    )


def source_path(checkout: Path) -> str:
    """The PYTHONPATH with which Python runs a checkout's code, whatever version is installed."""
    return f"{checkout / 'src'}{os.pathsep}{checkout}"


def prepare() -> None:
    """Create the tables, the static files and the installation's row."""
    import django

    django.setup()
    from django.core.management import call_command

    from duitpos.domain.tenancy.installation import installation

    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    installation()


@dataclass(frozen=True)
class Command:
    """How a web server is started; it takes its port from PORT or GRANIAN_PORT."""

    words: list[str]
    environment: dict[str, str]
    folder: Path


def web_command(workers: int, checkout: Path = ROOT, **more: str) -> Command:
    """`duitpos web` of this checkout, or of another one with its own code."""
    return Command(
        [sys.executable, "-m", "duitpos.cli", "web"],
        {**os.environ, "PYTHONPATH": source_path(checkout), "DUITPOS_WEB_WORKERS": str(workers), **more},
        checkout,
    )


@contextmanager
def running_server(workers: int) -> Iterator[tuple[int, int]]:
    """Run `duitpos web`; yields port and process id. RuntimeError with its output when it does not start."""
    with running(web_command(workers)) as (port, pid):
        warm_up(port, workers)
        yield port, pid


def warm_up(port: int, workers: int) -> None:
    """Make every worker load the application before the measurement."""
    run_load(port, [EMPTY], 8 * workers, 0.5).only(200, "ok")


@contextmanager
def running(command: Command) -> Iterator[tuple[int, int]]:
    """Run a web server; yields port and process id. RuntimeError with its output when it does not start."""
    port = _free_port()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command.words,
            env={**command.environment, "PORT": str(port), "GRANIAN_PORT": str(port)},
            cwd=command.folder,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        try:
            if not _answers(port, process):
                said.seek(0)
                raise RuntimeError(f"The server did not start:\n{said.read().decode(errors='replace')}")
            yield port, process.pid
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except ConnectionRefusedError:
            time.sleep(0.05)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
