"""Row ids sort by time; link tokens are unguessable."""

from __future__ import annotations

import re
import time

import pytest

from duitpos.kit.ids import secret_token, uuid7

pytestmark = pytest.mark.pure


def test_a_uuid_of_version_7_holds_its_time() -> None:
    before = int(time.time() * 1000)
    made = uuid7()
    after = int(time.time() * 1000)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert before <= made.int >> 80 <= after


def test_later_ids_sort_later(time_machine: object) -> None:
    ids = []
    for second in (1, 2, 3):
        time_machine.move_to(second * 10**6)  # type: ignore[attr-defined]
        ids.append(uuid7())
    assert ids == sorted(ids)
    assert len({uuid7() for _ in range(1000)}) == 1000


def test_a_token_needs_no_escaping_and_has_128_bits() -> None:
    tokens = {secret_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", token) for token in tokens)
