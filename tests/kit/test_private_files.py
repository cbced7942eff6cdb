"""What we write is for nobody else on the machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from duitpos.kit.private_files import keep_private

pytestmark = pytest.mark.pure


def test_old_and_new_files_are_private(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        var = tmp_path / "var"
        var.mkdir()
        (var / "duitpos.sqlite3").touch()
        (tmp_path / "elsewhere").touch()
        (var / "link").symlink_to(tmp_path / "elsewhere")
        keep_private(var)
        (var / "new").touch()
        (var / "folder").mkdir()
        modes = {path.name: path.stat().st_mode & 0o777 for path in (var, *var.iterdir())}
        assert modes == {"var": 0o700, "duitpos.sqlite3": 0o600, "new": 0o600, "folder": 0o700, "link": 0o644}
    finally:
        os.umask(before)
