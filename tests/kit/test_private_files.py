"""Our files are private to this user."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from duitpos.kit.private_files import database_files, keep_private
from tests.operations.commands import environment

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.pure


def test_old_and_new_files_are_private(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        var = tmp_path / "var"
        var.mkdir()
        (var / "duitpos.sqlite3").touch()
        (tmp_path / "elsewhere").touch()
        outside = [tmp_path / "other.sqlite3", tmp_path / "other.sqlite3-wal"]
        for file in outside:
            file.touch()
        (var / "link").symlink_to(tmp_path / "elsewhere")
        keep_private(
            var, *database_files({"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "other.sqlite3"})
        )
        (var / "new").touch()
        (var / "folder").mkdir()
        modes = {path.name: path.stat().st_mode & 0o777 for path in (var, *var.iterdir())}
        assert modes == {"var": 0o700, "duitpos.sqlite3": 0o600, "new": 0o600, "folder": 0o700, "link": 0o644}
        assert [file.stat().st_mode & 0o777 for file in outside] == [0o600, 0o600]
    finally:
        os.umask(before)


def test_a_server_has_no_files() -> None:
    assert database_files({"ENGINE": "django.db.backends.postgresql", "NAME": "duitpos"}) == []


def test_django_s_own_commands_write_private_files_too(tmp_path: Path) -> None:
    var = tmp_path / "var"
    words = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity=0"]
    subprocess.run(words, check=True, env=environment(var), umask=0o022, cwd=tmp_path)
    modes = {path.name: path.stat().st_mode & 0o077 for path in (var, *var.rglob("*"))}
    assert modes
    assert set(modes.values()) == {0}
