"""Wrong credentials are described without a call to Stripe."""

from __future__ import annotations

import re

import pytest

from duitpos.processors.credentials import Mode, Problem, Thing
from duitpos.processors.stripe.adapter import StripeAdapter
from duitpos.processors.stripe.credentials import FIELDS

pytestmark = pytest.mark.pure

REAL = "51SabcdEFghIJklMN" + "x" * 80


@pytest.mark.parametrize(
    "key",
    [
        f"sk_test_{REAL}",
        f"sk_live_{REAL}",
        f"rk_test_{REAL}",
        f"rk_live_{REAL}",
        "sk_test_sandbox",
        "sk_test_" + "0f" * 24,
    ],
)
def test_right_keys(key: str) -> None:
    assert StripeAdapter().judge({"secret_key": key}) == ()


@pytest.mark.parametrize("secret", ["whsec_4Xk0yJzWq2bVn8RtLpE6sHcA1uDfGm3o", "whsec_" + "0f" * 32])
def test_right_webhook_secrets(secret: str) -> None:
    assert StripeAdapter().judge({"webhook_secret": secret}) == ()


@pytest.mark.parametrize(
    "field, value, problem, about",
    [
        ("secret_key", f"pk_test_{REAL}", Problem.SOMETHING_ELSE, Thing.PUBLIC_KEY),
        ("secret_key", f"mk_{REAL}", Problem.SOMETHING_ELSE, Thing.MANAGED_KEY),
        ("secret_key", "sk_test_51Sabc", Problem.PART_MISSING, ""),
        ("secret_key", "sk_test_", Problem.PART_MISSING, ""),
        ("secret_key", "sk_live_51SabcdEFghIJ", Problem.PART_MISSING, ""),
        ("secret_key", "sk_test", Problem.WRONG_FORM, ""),
        ("secret_key", f"sk_test_{REAL[:30]} {REAL[30:]}", Problem.BLANK_INSIDE, ""),
        ("secret_key", f"sk_test_{REAL}\nwhsec_x", Problem.BLANK_INSIDE, ""),
        ("secret_key", "sk_test_51S…abcd", Problem.SHORTENED, ""),
        ("secret_key", "sk_test_51S...abcd", Problem.SHORTENED, ""),
        ("secret_key", "sk_test_****************", Problem.SHORTENED, ""),
        ("secret_key", "whsec_4Xk0yJzWq2bVn8RtLpE6sHcA1uDfGm3o", Problem.ANOTHER_FIELD, "Webhook Secret"),
        ("secret_key", "we_1SabcdEFghIJklMNqRsTuVwX", Problem.SOMETHING_ELSE, Thing.ENDPOINT_ID),
        ("secret_key", "acct_1SabcdEFghIJklMN", Problem.SOMETHING_ELSE, Thing.ACCOUNT_ID),
        ("secret_key", "hunter2hunter2", Problem.WRONG_FORM, ""),
        ("secret_key", f"sk_test_{REAL}é", Problem.WRONG_FORM, ""),
        ("webhook_secret", "we_1SabcdEFghIJklMNqRsTuVwX", Problem.SOMETHING_ELSE, Thing.ENDPOINT_ID),
        ("webhook_secret", f"sk_test_{REAL}", Problem.ANOTHER_FIELD, "Secret Key"),
        ("webhook_secret", f"pk_live_{REAL}", Problem.SOMETHING_ELSE, Thing.PUBLIC_KEY),
        ("webhook_secret", "whsec_abc", Problem.PART_MISSING, ""),
        ("webhook_secret", "whsec_4Xk0 yJzWq2bVn8", Problem.BLANK_INSIDE, ""),
        ("webhook_secret", "whsec_…m3oP", Problem.SHORTENED, ""),
        (
            "webhook_secret",
            "https://order.example.my/kopi/webhooks/stripe/",
            Problem.SOMETHING_ELSE,
            Thing.ADDRESS,
        ),
        ("webhook_secret", "secret", Problem.WRONG_FORM, ""),
    ],
)
def test_what_is_wrong(field: str, value: str, problem: Problem, about: str) -> None:
    (found,) = StripeAdapter().judge({field: value})
    assert (found.field, found.problem) == (field, problem)
    assert list(found.about.values()) == ([about] if about else [])


def test_every_field_is_judged_and_a_missing_one_is_no_problem_of_its_form() -> None:
    wrong = StripeAdapter().judge({"secret_key": "whsec_abc", "webhook_secret": "secret"})
    assert [one.field for one in wrong] == ["secret_key", "webhook_secret"]
    assert StripeAdapter().judge({}) == ()


@pytest.mark.parametrize(
    "key, mode",
    [
        ("sk_test_x", Mode.TEST),
        ("rk_test_x", Mode.TEST),
        ("sk_live_x", Mode.LIVE),
        ("rk_live_x", Mode.LIVE),
        ("", None),
        ("hunter2", None),
    ],
)
def test_a_key_determines_its_mode(key: str, mode: Mode | None) -> None:
    assert StripeAdapter().mode({"secret_key": key}, "") == mode


def test_every_beginning_of_a_field_is_accepted_and_redacted() -> None:
    for field in FIELDS:
        for begins in field.begins_with:
            assert StripeAdapter().judge({field.name: begins + REAL}) == ()
            assert re.fullmatch(field.secret_pattern, begins + REAL)
