"""Logs contain no secrets."""

from __future__ import annotations

import pytest

from duitpos.kit.logs import _patterns, redact, redact_also, redact_event
from duitpos.processors.registry import ADAPTERS
from duitpos.processors.stripe.credentials import problems

pytestmark = pytest.mark.pure

KEYS = (
    ("secret_key", "sk_test_51abcdefghijklmnopqrstuvwx"),
    ("secret_key", "sk_test_with_parts_of_its_own_9f3a"),
    ("secret_key", "rk_live_abcdefgh_ijklmnop"),
    ("webhook_secret", "whsec_abcd_efgh-ijkl+mnop/qrst=="),
)


@pytest.mark.parametrize("field, key", KEYS)
def test_every_key_that_set_up_accepts_is_redacted_whole(field: str, key: str) -> None:
    assert problems({field: key}) == ()
    said = redact(f"no such key: {key}, sorry")
    assert said == f"no such key: {key.split('_')[0]}_…{key[-4:]}, sorry"


def test_the_installed_processors_name_the_form_of_their_secrets() -> None:
    named = [field.secret_pattern for one in ADAPTERS.values() for field in one.credential_fields]
    assert any(named)
    assert {pattern for pattern in named if pattern} <= set(_patterns)


def test_a_secret_without_a_prefix_keeps_its_last_four(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duitpos.kit.logs._patterns", {})
    assert redact("key 0123456789abcdef0123") == "key 0123456789abcdef0123"
    redact_also(r"[0-9a-f]{20}")
    assert redact("key 0123456789abcdef0123") == "key …0123"


def test_a_secret_is_found_at_any_depth() -> None:
    key = KEYS[0][1]
    event = {"event": "failed", "ask": {"keys": [key, (key,)]}, "exception": f"ValueError: {key}"}
    assert key not in str(redact_event(None, "error", event))
