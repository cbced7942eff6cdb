"""A private PostgreSQL server for one test run: in a temporary folder, removed when the process ends."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

import psycopg

_START_SECONDS = 30.0

# Faster, but without effect on isolation, locks and constraints: only a crash of the machine may lose data. The shared
# buffers are large enough for all test data.
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_wal_size": "2GB",
    "shared_buffers": "128MB",
    "max_connections": "300",
    "timezone": "UTC",
    "log_line_prefix": "%t [%p] ",
}

# The guard is the server's parent process. It waits for its input to end, which happens however our process ends.
_GUARD = """
"$1/postgres" -D "$2/data" -p "$3" >"$2/server.log" 2>&1 &
read -r _
kill -QUIT $! 2>/dev/null
wait $!
rm -rf "$2"
"""


class PostgresUnavailable(Exception):
    """No PostgreSQL server is installed, or it did not start. The message says which."""


def find_programs() -> Path | None:
    """The folder of initdb and postgres: from PATH, or where Debian, Homebrew and PostgreSQL.org put them."""
    candidates = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin"):
        candidates += sorted(Path("/").glob(pattern), reverse=True)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def _owner() -> str:
    """The account that runs the server: ours, unless we are root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return getpass.getuser()
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise PostgresUnavailable("PostgreSQL refuses to run as root, and here is no account postgres or nobody.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _initialise(programs: Path, base: Path, owner: str) -> None:
    command: list[str | Path] = [programs / "initdb", "-D", base / "data", "-U", "duitpos"]
    command += ["-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    made = subprocess.run(command, capture_output=True, text=True, cwd=base, **_as(owner), check=False)
    if made.returncode:
        raise PostgresUnavailable(f"initdb failed:\n{made.stdout}{made.stderr}")
    with (base / "data" / "postgresql.conf").open("a") as conf:
        conf.write(f"unix_socket_directories = '{base}'\nlisten_addresses = '127.0.0.1'\n")
        conf.writelines(f"{name} = '{value}'\n" for name, value in _SETTINGS.items())


class _Account(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def _as(owner: str) -> _Account:
    """The arguments that make subprocess run a command as that account."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(owner)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _wait(url: str, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > until:
                raise PostgresUnavailable(f"PostgreSQL did not start: {error}\n{log.read_text()}") from error
            time.sleep(0.05)


@contextmanager
def throwaway_cluster() -> Iterator[str]:
    """Yield the URL of an empty database `duitpos` on a temporary server. Raises PostgresUnavailable."""
    programs = find_programs()
    if programs is None:
        raise PostgresUnavailable("No PostgreSQL server here. Debian, Ubuntu: apt-get install postgresql")
    owner = _owner()
    base = Path(tempfile.mkdtemp(prefix="duitpos-pg-"))
    guard = None
    try:
        shutil.chown(base, owner)
        _initialise(programs, base, owner)
        port = _free_port()
        guard = subprocess.Popen(
            ["sh", "-c", _GUARD, "guard", programs, base, str(port)],
            stdin=subprocess.PIPE,
            cwd="/",
            start_new_session=True,  # Ctrl-C reaches only us; the guard ends when our end of the pipe closes
            **_as(owner),
        )
        server = f"postgres://duitpos@127.0.0.1:{port}"
        _wait(f"{server}/postgres", base / "server.log")
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE duitpos")
        yield f"{server}/duitpos"
    finally:
        if guard is not None:
            guard.communicate()
        shutil.rmtree(base, ignore_errors=True)
