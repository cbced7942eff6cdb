"""A page put together from pressed parts is the page."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duitpos.guest.pressed import Pressed, gzip_page, plain_page, press

pytestmark = pytest.mark.pure

PARTS = st.lists(st.one_of(st.text(max_size=300).map(press), st.binary(max_size=300)), max_size=6)


@given(PARTS)
def test_any_browser_reads_back_what_was_pressed(parts: list[Pressed | bytes]) -> None:
    assert gzip.decompress(gzip_page(parts)) == plain_page(parts)


def test_a_live_part_may_be_longer_than_one_stored_block() -> None:
    parts: list[Pressed | bytes] = [press("menu" * 1000), b"x" * 200_000, press("end")]
    assert gzip.decompress(gzip_page(parts)) == plain_page(parts)


def test_what_never_changes_is_compressed_and_what_is_live_is_not() -> None:
    pressed, live = press("nasi lemak " * 1000), b"secret" * 10
    page = gzip_page([pressed, live])
    assert len(page) < 300
    assert live in page
