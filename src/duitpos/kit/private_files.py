"""What we write on this machine is for nobody else on it: databases hold guests' addresses and sealed keys."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

OTHERS = 0o077


def keep_private(folder: Path) -> None:
    """From now on this process and those that it starts write private files; what lies in `folder` becomes private.

    An installation of an earlier version has files that everybody could read.
    """
    os.umask(OTHERS)
    folder.mkdir(parents=True, exist_ok=True)
    for path in (folder, *folder.rglob("*")):
        # Another process may remove a file of its cache meanwhile, and what is not ours is not ours to change.
        with suppress(FileNotFoundError, PermissionError):
            mode = path.stat(follow_symlinks=False).st_mode
            if mode & OTHERS and not path.is_symlink():
                path.chmod(mode & 0o7777 & ~OTHERS)
