"""What Kedai Pay's adapter says of pasted credentials."""

from __future__ import annotations

import pytest

from duitpos.processors.credentials import Problem
from tests.processors.example.adapter import ExampleAdapter
from tests.processors.example.rig import FOREIGN_KEY

pytestmark = pytest.mark.pure

PRIVATE = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----"


@pytest.mark.parametrize(
    "field, text, problem, label",
    [
        ("merchant_code", "1042", Problem.WRONG_FORM, ""),
        ("merchant_code", "KP 1042", Problem.BLANK_INSIDE, ""),
        ("merchant_code", "KP10…", Problem.SHORTENED, ""),
        ("merchant_code", FOREIGN_KEY, Problem.ANOTHER_FIELD, "Public key"),
        ("api_password", "KP1042", Problem.ANOTHER_FIELD, "Merchant code"),
        ("api_password", FOREIGN_KEY, Problem.ANOTHER_FIELD, "Public key"),
        ("api_password", "short", Problem.PART_MISSING, ""),
        ("api_password", "••••••••••••2345", Problem.SHORTENED, ""),
        ("api_password", "a password in words", Problem.BLANK_INSIDE, ""),
        ("public_key", "KP1042", Problem.ANOTHER_FIELD, "Merchant code"),
        ("public_key", "a-long-password", Problem.WRONG_FORM, ""),
        ("public_key", PRIVATE, Problem.WRONG_FORM, ""),
        ("public_key", FOREIGN_KEY[:100], Problem.PART_MISSING, ""),
        ("public_key", FOREIGN_KEY.replace("M", "N"), Problem.WRONG_FORM, ""),
        ("public_key", FOREIGN_KEY + "and more\n" + FOREIGN_KEY, Problem.WRONG_FORM, ""),
    ],
)
def test_what_is_wrong(field: str, text: str, problem: Problem, label: str) -> None:
    (found,) = ExampleAdapter().judge({field: text})
    assert (found.field, found.problem, dict(found.about)) == (
        field, problem, {"label": label} if label else {},
    )  # fmt: skip


def test_line_ends_of_a_browser_do_no_harm() -> None:
    assert list(ExampleAdapter().judge({"public_key": FOREIGN_KEY.replace("\n", "\r\n")})) == []


def test_several_keys_are_as_good_as_one() -> None:
    assert list(ExampleAdapter().judge({"public_key": FOREIGN_KEY * 2})) == []
