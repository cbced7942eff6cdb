"""The lock files agree, so that one .venv can be extended from demo to development without changing a version."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "requirements"


def pins(lock: str) -> set[str]:
    """`name==version; marker` of each entry."""
    return set(re.findall(r"^(\S+==[^\\\n]*?) \\$", (FOLDER / f"{lock}.txt").read_text(), re.M))


@pytest.mark.parametrize("small,large", [("base", "demo"), ("sandbox", "demo"), ("demo", "dev")])
def test_a_larger_lock_holds_the_smaller_one_unchanged(small: str, large: str) -> None:
    assert pins(small) - pins(large) == set()
    assert pins(small)


@pytest.mark.parametrize("lock", ["base", "sandbox", "demo", "dev"])
def test_every_entry_is_pinned_and_hashed(lock: str) -> None:
    entries = re.findall(r"^\S.*(?:\n    .*)*", (FOLDER / f"{lock}.txt").read_text(), re.M)
    assert len(entries) == len(pins(lock))
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_every_package_of_pyproject_is_in_its_lock() -> None:
    """The locks are made from these lists (`make lock`)."""
    project = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    for lock, lists in {
        "base": [project["dependencies"], extras["postgres"]],
        "sandbox": [extras["sandbox"]],
        "dev": [project["dependencies"], *extras.values()],
    }.items():
        named = {re.split(r"[\[<>=]", line)[0].lower() for one in lists for line in one} - {"duitpos"}
        pinned = {pin.split("==")[0] for pin in pins(lock)}
        assert {re.sub(r"[-_.]+", "-", name) for name in named} - pinned == set(), lock
