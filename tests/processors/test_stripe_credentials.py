"""Wrong credentials are described without a call to Stripe."""

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
    "field, value, words",
    [
        ("secret_key", f"pk_test_{REAL}", "publishable"),
        ("secret_key", f"mk_{REAL}", "manages"),
        ("secret_key", "sk_test_51Sabc", "missing"),
        ("secret_key", "sk_test_", "missing"),
        ("secret_key", "sk_live_51SabcdEFghIJ", "missing"),
        ("secret_key", "sk_test", "Copy it again"),
        ("secret_key", f"sk_test_{REAL[:30]} {REAL[30:]}", "space"),
        ("secret_key", f"sk_test_{REAL}\nwhsec_x", "line break"),
        ("secret_key", "sk_test_51S…abcd", "shortened"),
        ("secret_key", "sk_test_51S...abcd", "shortened"),
        ("secret_key", "sk_test_****************", "shortened"),
        ("secret_key", "whsec_4Xk0yJzWq2bVn8RtLpE6sHcA1uDfGm3o", "webhook secret"),
        ("secret_key", "we_1SabcdEFghIJklMNqRsTuVwX", "endpoint"),
        ("secret_key", "acct_1SabcdEFghIJklMN", "account"),
        ("secret_key", "hunter2hunter2", "begins with sk_test_"),
        ("secret_key", f"sk_test_{REAL}é", "Copy it again"),
        ("webhook_secret", "we_1SabcdEFghIJklMNqRsTuVwX", "Signing secret"),
        ("webhook_secret", f"sk_test_{REAL}", "API key"),
        ("webhook_secret", f"pk_live_{REAL}", "API key"),
        ("webhook_secret", "whsec_abc", "missing"),
        ("webhook_secret", "whsec_4Xk0 yJzWq2bVn8", "space"),
        ("webhook_secret", "whsec_…m3oP", "shortened"),
        ("webhook_secret", "https://order.example.my/kopi/webhooks/stripe/", "address"),
        ("webhook_secret", "secret", "begins with whsec_"),
    ],
)
def test_the_message_describes_the_error_without_the_value(field: str, value: str, words: str) -> None:
    problem = StripeAdapter().credential_problem(field, value)
    assert words in problem
    assert len(value) < 12 or value not in problem


@pytest.mark.parametrize(
    "key, mode", [("sk_test_x", "test"), ("rk_test_x", "test"), ("sk_live_x", "live"), ("rk_live_x", "live")]
)
def test_a_key_determines_its_mode(key: str, mode: str) -> None:
    assert StripeAdapter().mode_of(key) == mode
