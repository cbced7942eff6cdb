"""What we write on this machine is for nobody else on it: databases hold guests' addresses and sealed keys."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

OTHERS = 0o077


def keep_private(folder: Path, *files: Path) -> None:
    """From now on this process and those that it starts write private files.

    What lies in `folder` and `files` already becomes private too.
    An installation of an earlier version has files that everybody could read.
    """
    os.umask(OTHERS)
    folder.mkdir(parents=True, exist_ok=True)
    for path in (folder, *folder.rglob("*"), *files):
        # Another process may remove a file of its cache meanwhile, and what is not ours is not ours to change.
        with suppress(FileNotFoundError, PermissionError):
            mode = path.stat(follow_symlinks=False).st_mode
            if mode & OTHERS and not path.is_symlink():
                path.chmod(mode & 0o7777 & ~OTHERS)


def database_files(database: Mapping[str, Any]) -> list[Path]:
    """The files of an embedded database and its journal, from Django's settings of it; none for a server's."""
    if "sqlite" not in database["ENGINE"]:
        return []
    return [Path(f"{database['NAME']}{end}") for end in ("", "-wal", "-shm", "-journal")]
