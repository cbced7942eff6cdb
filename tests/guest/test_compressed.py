"""A page made of compressed and plain parts decompresses to the whole page."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duitpos.guest.compressed import CompressedPart, compress_part, gzip_page, plain_page

pytestmark = pytest.mark.pure

PARTS = st.lists(st.one_of(st.text(max_size=300).map(compress_part), st.binary(max_size=300)), max_size=6)


@given(PARTS)
def test_a_gzip_page_decompresses_to_the_plain_page(parts: list[CompressedPart | bytes]) -> None:
    assert gzip.decompress(gzip_page(parts)) == plain_page(parts)


def test_a_live_part_may_be_longer_than_one_stored_block() -> None:
    parts: list[CompressedPart | bytes] = [compress_part("menu" * 1000), b"x" * 200_000, compress_part("end")]
    assert gzip.decompress(gzip_page(parts)) == plain_page(parts)


def test_constant_parts_are_compressed_and_live_parts_are_not() -> None:
    constant, live = compress_part("nasi lemak " * 1000), b"secret" * 10
    page = gzip_page([constant, live])
    assert len(page) < 300
    assert live in page
