"""The programs that the whole suite needs besides Python: a PostgreSQL server and Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass

from tests.support.browser import find_chromium
from tests.support.postgres import find_programs


class MissingPrograms(Exception):
    """A program is not installed and we cannot install it. The message says which, and how to get it."""


@dataclass(frozen=True)
class Program:
    name: str
    debian_package: str
    present: bool


def _missing() -> list[Program]:
    programs = (
        Program("a PostgreSQL server", "postgresql", find_programs() is not None),
        Program("Chromium or Chrome", "chromium", find_chromium() is not None),
    )
    return [program for program in programs if not program.present]


def _install(packages: list[str]) -> None:
    print(f"Installing {' and '.join(packages)} with apt-get", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    for command in (["apt-get", "update", "-q"], install):
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, text=True, capture_output=True
        )
        if done.returncode:
            raise MissingPrograms(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def ensure_programs() -> None:
    """Install missing programs if possible (as root, with apt-get). Raises MissingPrograms."""
    missing = _missing()
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        _install([program.debian_package for program in missing])
        missing = _missing()
    if missing:
        packages = " ".join(program.debian_package for program in missing)
        raise MissingPrograms(
            f"make test needs {' and '.join(program.name for program in missing)}, not found here.\n"
            f"Debian, Ubuntu: sudo apt-get install {packages}\n"
            "macOS: brew install postgresql@17, and Google Chrome\n"
            "Then again. Without them: make test-fast"
        )
