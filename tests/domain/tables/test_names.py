"""Many tables' names from one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duitpos.domain.errors import Invalid
from duitpos.domain.tables.names import MOST_AT_ONCE, names_of

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    "text,names",
    [
        ("7", ["7"]),
        ("T1-T3", ["T1", "T2", "T3"]),
        ("T1\u2013T3", ["T1", "T2", "T3"]),
        ("Garden 1 - 3", ["Garden 1", "Garden 2", "Garden 3"]),
        ("Garden 1 \u2014 Garden 2", ["Garden 1", "Garden 2"]),
        ("08-11", ["08", "09", "10", "11"]),
        ("1..2; Bar\n Sofa,", ["1", "2", "Bar", "Sofa"]),
        ("1-3, 2, 3-4", ["1", "2", "3", "4"]),
        ("A1-B4", ["A1-B4"]),
        ("Corner-left", ["Corner-left"]),
        ("Level 2 T1-T2", ["Level 2 T1", "Level 2 T2"]),
        ("5-5", ["5"]),
        ("  By   the window ", ["By the window"]),
        ("花园 1-2", ["花园 1", "花园 2"]),
    ],
)
def test_names_and_ranges(text: str, names: list[str]) -> None:
    assert names_of(text) == names


@pytest.mark.parametrize(
    "text,code",
    [
        ("", "table_name_wrong"),
        (" , ;", "table_name_wrong"),
        ("x" * 41, "table_name_wrong"),
        ("x" * 39 + "1-2, " + "y" * 41, "table_name_wrong"),
        ("9-1", "table_range_backwards"),
        ("1-201", "too_many_tables"),
        ("1-999999999", "too_many_tables"),
        ("1-150, 201-260", "too_many_tables"),
    ],
)
def test_what_is_no_list_of_names_is_refused(text: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        names_of(text)


@given(st.text(max_size=60))
def test_any_text_gives_names_or_an_error(text: str) -> None:
    try:
        names = names_of(text)
    except Invalid:
        return
    assert 0 < len(names) <= MOST_AT_ONCE
    assert len(set(names)) == len(names)
    assert all(name == " ".join(name.split()) and 0 < len(name) <= 40 for name in names)
