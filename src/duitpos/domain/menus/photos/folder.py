"""Photos in a folder of this machine: the default."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.utils.crypto import get_random_string


class Folder(FileSystemStorage):
    """Django's storage, whose files appear whole or not at all; saving a name again replaces its file."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The name itself: a name stands for the contents."""
        return name

    def _save(self, name: str, content: File[Any]) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(mode=self.directory_permissions_mode or 0o700, parents=True, exist_ok=True)
        new = path.with_name(f".{get_random_string(12)}.new")
        try:
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(content.read())
                out.flush()
                # The database row comes after this, and must not survive a power failure that the file does not.
                os.fsync(out.fileno())
            new.replace(path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        return name

    def check(self) -> None:
        """OSError when files cannot be written here."""
        folder = Path(self.location)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(f"{folder} cannot be written to")
