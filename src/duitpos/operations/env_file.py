"""The file with an installation's environment variables, as `duitpos setup` makes it: mode 600, NAME='value' lines.

systemd (EnvironmentFile=), Docker (--env-file, without the quotes) and a shell (`set -a; . file`) read this form.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import environ

from duitpos.kit.private_files import OTHERS

MODE = 0o600


class EnvFileRefused(Exception):
    """The file cannot be used. The message is one sentence that says why."""


def load(file: Path) -> bool:
    """Take the file's variables into this process's environment; what is set there already wins.

    False if there is no such file. One that others could read becomes private. EnvFileRefused.
    """
    try:
        if file.stat().st_mode & OTHERS:
            file.chmod(MODE)
        environ.Env.read_env(str(file), overwrite=False)
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as error:
        raise EnvFileRefused(f"{file} cannot be read: {error}.") from error
    return True


def add(file: Path, values: Mapping[str, str]) -> None:
    """Write these variables at the end of the file, which is made if there is none, and set them in this process.

    EnvFileRefused, with nothing written, when a value cannot stand in such a file or the file cannot be written.
    """
    for name, value in values.items():
        if "'" in value or "\\" in value or not value.isprintable():
            raise EnvFileRefused(
                f"{name} has a quote, a backslash or an unprintable character: write it into {file} by hand."
            )
    lines = "".join(f"{name}='{value}'\n" for name, value in values.items())
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, MODE)
        with os.fdopen(descriptor, "a", encoding="utf-8") as stream:
            os.fchmod(stream.fileno(), MODE)
            # Editors may leave the last line without an end.
            stream.write(lines if _ends_with_a_line(file) else f"\n{lines}")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise EnvFileRefused(f"{file} cannot be written: {error.strerror}.") from error
    os.environ.update(values)


def _ends_with_a_line(file: Path) -> bool:
    content = file.read_bytes()
    return not content or content.endswith(b"\n")


def new_secret_key() -> str:
    """A value for SECRET_KEY."""
    return secrets.token_urlsafe(50)


def new_encryption_key() -> str:
    """A value for DUITPOS_ENCRYPTION_KEYS.

    Its id is random: if the file is lost and made anew, the start names the key that the database needs.
    """
    return f"k{secrets.token_hex(3)}:{base64.b64encode(secrets.token_bytes(32)).decode()}"
