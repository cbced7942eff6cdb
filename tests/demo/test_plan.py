"""The demo's settings: ports, folder, secrets."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from duitpos.demo.plan import (
    DemoRefused,
    Plan,
    check_ports,
    enter_environment,
    keys_of,
    plan_from_environment,
    throw_away,
)


def a_plan(var: Path, **changes: object) -> Plan:
    values = {"var": var, "host": "127.0.0.1", "web_port": 23999, "api_base": "http://127.0.0.1:24000"}
    return Plan(**{**values, **changes})  # type: ignore[arg-type]


def test_the_environment_sets_ports_and_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORT", "9100")
    monkeypatch.setenv("DUITPOS_VAR", str(tmp_path))
    monkeypatch.delenv("STRIPE_API_BASE", raising=False)
    plan = plan_from_environment()
    assert plan.web_url == "http://127.0.0.1:9100"
    assert plan.sandbox_url == "http://127.0.0.1:9101"
    assert plan.api_base == "http://127.0.0.1:9101"
    assert plan.webhook_url == "http://127.0.0.1:9100/kopi-kita/webhooks/stripe/"
    assert plan.var == tmp_path
    assert plan.listen == "127.0.0.1"


def test_another_url_for_stripe_and_for_phones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_API_BASE", "http://127.0.0.1:7000/")
    monkeypatch.setenv("DEMO_HOST", "192.168.1.5")
    plan = plan_from_environment()
    assert plan.api_base == "http://127.0.0.1:7000"
    assert plan.web_url == "http://192.168.1.5:8000"
    assert plan.listen == "0.0.0.0"


@pytest.mark.parametrize("name, value", [("PORT", "x"), ("PORT", "65535"), ("STRIPE_API_BASE", "localhost")])
def test_an_invalid_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises((DemoRefused, ImproperlyConfigured), match=name):
        plan_from_environment()


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_taken_port_is_named(tmp_path: Path, which: int, host: str) -> None:
    with _taken_beside_free(host, which) as port, pytest.raises(DemoRefused, match=str(port)):
        check_ports(a_plan(tmp_path, web_port=port - which))


@contextmanager
def _taken_beside_free(host: str, which: int) -> Iterator[int]:
    """A port that the test listens on, while the demo's other port next to it is free."""
    for _ in range(50):
        with socket.socket() as taken, socket.socket() as neighbour:
            taken.bind((host, 0))
            taken.listen()
            port: int = taken.getsockname()[1]
            try:
                neighbour.bind((host, port + 1 - 2 * which))
            except OSError:
                continue
            neighbour.close()
            yield port
            return
    raise AssertionError("no two free ports stand side by side here")


def test_secrets_are_generated_once_and_are_private(tmp_path: Path) -> None:
    plan = a_plan(tmp_path)
    keys = keys_of(plan)
    assert keys_of(plan) == keys
    assert keys.stripe_secret_key.startswith("sk_test_")
    assert keys.stripe_webhook_secret.startswith("whsec_")
    assert (tmp_path / "demo-secrets.json").stat().st_mode & 0o777 == 0o600
    (tmp_path / "demo-secrets.json").unlink()
    assert keys_of(plan) != keys


def test_settings_of_a_real_restaurant_in_the_shell_are_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(
        os, "environ", {"DATABASE_URL": "postgres://real", "EMAIL_URL": "smtp://real", "HOME": "/"}
    )
    plan = a_plan(tmp_path, api_base="http://127.0.0.1:7000")
    enter_environment(plan, keys_of(plan))
    assert "DATABASE_URL" not in os.environ
    assert "EMAIL_URL" not in os.environ
    assert os.environ["HOME"] == "/"
    assert os.environ["DUITPOS_ENV"] == "demo"
    assert os.environ["BASE_URL"] == plan.web_url
    assert os.environ["DUITPOS_SANDBOX_URLS"] == "http://127.0.0.1:24000,http://127.0.0.1:7000"


def test_a_reset_deletes_the_demos_data_and_nothing_else(tmp_path: Path) -> None:
    made = [
        "duitpos.sqlite3",
        "duitpos.sqlite3-wal",
        "sandbox.sqlite3",
        "demo.json",
        "demo-secrets.json",
        "log/web.log",
    ]
    others = ["notes.txt", "photos.sqlite3", "log/mine.txt"]
    (tmp_path / "log").mkdir()
    for name in [*made, *others]:
        (tmp_path / name).write_text("x")
    throw_away(a_plan(tmp_path))
    left = sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file())
    assert left == sorted(others)
