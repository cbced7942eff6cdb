"""The contract is put together from classes, and a test of one must not hide a test of another."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.processors.contract import ProcessorContract

pytestmark = pytest.mark.pure


def test_no_test_hides_another() -> None:
    names = Counter(
        name for part in ProcessorContract.__bases__ for name in vars(part) if name.startswith("test_")
    )
    assert [name for name, times in names.items() if times > 1] == []
