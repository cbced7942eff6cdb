"""Wrong credentials, said in words before anybody is asked."""

from __future__ import annotations

import pytest

from duitpos.processors.stripe.adapter import StripeAdapter

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
    assert StripeAdapter().credential_problem("secret_key", key) == ""


@pytest.mark.parametrize("secret", ["whsec_4Xk0yJzWq2bVn8RtLpE6sHcA1uDfGm3o", "whsec_" + "0f" * 32])
def test_right_webhook_secrets(secret: str) -> None:
    assert StripeAdapter().credential_problem("webhook_secret", secret) == ""


@pytest.mark.parametrize(
    "field, value, problem",
    [
        ("secret_key", f"pk_test_{REAL}", "publishable_key"),
        ("secret_key", f"mk_{REAL}", "managed_key"),
        ("secret_key", "sk_test_51Sabc", "part_missing"),
        ("secret_key", "sk_test_", "part_missing"),
        ("secret_key", "sk_live_51SabcdEFghIJ", "part_missing"),
        ("secret_key", "sk_test", "broken_key"),
        ("secret_key", f"sk_test_{REAL[:30]} {REAL[30:]}", "blank_inside"),
        ("secret_key", f"sk_test_{REAL}\nwhsec_x", "blank_inside"),
        ("secret_key", "sk_test_51S…abcd", "shortened"),
        ("secret_key", "sk_test_51S...abcd", "shortened"),
        ("secret_key", "sk_test_****************", "shortened"),
        ("secret_key", "whsec_4Xk0yJzWq2bVn8RtLpE6sHcA1uDfGm3o", "webhook_secret"),
        ("secret_key", "we_1SabcdEFghIJklMNqRsTuVwX", "endpoint_id"),
        ("secret_key", "acct_1SabcdEFghIJklMN", "account_id"),
        ("secret_key", "hunter2hunter2", "no_key"),
        ("secret_key", f"sk_test_{REAL}é", "broken_key"),
        ("webhook_secret", "we_1SabcdEFghIJklMNqRsTuVwX", "endpoint_id_as_webhook_secret"),
        ("webhook_secret", f"sk_test_{REAL}", "api_key"),
        ("webhook_secret", f"pk_live_{REAL}", "api_key"),
        ("webhook_secret", "whsec_abc", "webhook_part_missing"),
        ("webhook_secret", "whsec_4Xk0 yJzWq2bVn8", "blank_inside"),
        ("webhook_secret", "whsec_…m3oP", "shortened"),
        ("webhook_secret", "https://order.example.my/kopi/webhooks/stripe/", "address"),
        ("webhook_secret", "secret", "no_webhook_secret"),
    ],
)
def test_what_is_wrong(field: str, value: str, problem: str) -> None:
    assert StripeAdapter().credential_problem(field, value) == problem


@pytest.mark.parametrize(
    "key, mode", [("sk_test_x", "test"), ("rk_test_x", "test"), ("sk_live_x", "live"), ("rk_live_x", "live")]
)
def test_a_key_says_its_mode(key: str, mode: str) -> None:
    assert StripeAdapter().mode_of(key) == mode
