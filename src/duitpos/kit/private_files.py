"""Make our files private to this user: databases hold guests' addresses and sealed keys."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

OTHERS = 0o077


def keep_private(folder: Path, *files: Path) -> None:
    """Make this process and its children write private files from now on, and make existing files private.
    Existing files are those in `folder` and `files`: an earlier version wrote files that other users could read.
    """
    os.umask(OTHERS)
    folder.mkdir(parents=True, exist_ok=True)
    for path in (folder, *folder.rglob("*"), *files):
        # Another process may remove a cache file meanwhile, and files of other users cannot be changed.
        with suppress(FileNotFoundError, PermissionError):
            mode = path.stat(follow_symlinks=False).st_mode
            if mode & OTHERS and not path.is_symlink():
                path.chmod(mode & 0o7777 & ~OTHERS)


def database_files(database: Mapping[str, Any]) -> list[Path]:
    """The files of a SQLite database and its journals, from its Django settings; none for a database server."""
    if "sqlite" not in database["ENGINE"]:
        return []
    return [Path(f"{database['NAME']}{end}") for end in ("", "-wal", "-shm", "-journal")]
