"""The temporary PostgreSQL server is real, and is removed when its process ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.support.postgres import throwaway_cluster
from tests.support.signals import HANG

pytestmark = pytest.mark.postgres_only

OWNER = """
import time
from tests.support.postgres import throwaway_cluster
with throwaway_cluster() as url:
    print(url, flush=True)
    time.sleep(60)
"""


def is_up(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def data_folder(url: str) -> Path:
    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    return Path(row[0])


def test_it_is_removed_after_use() -> None:
    with throwaway_cluster() as url:
        folder = data_folder(url)
        assert folder.exists()
    assert not is_up(url)
    assert not folder.exists()


def test_it_is_removed_when_its_owner_is_killed() -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    with owner.stdout as said:
        url = said.readline().strip()
        folder = data_folder(url)
        owner.send_signal(signal.SIGKILL)
        owner.wait()
    until = time.monotonic() + HANG
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not folder.exists()
    assert not is_up(url)
