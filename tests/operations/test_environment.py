"""Wrong values are refused in a sentence that names the variable and contains no secret."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from duitpos.kit import env
from duitpos.operations.web import port_number, web_from_environment

VAR = Path("var")


@pytest.mark.parametrize(
    "name, value, read",
    [
        ("DUITPOS_ENV", "staging", env.stage),
        ("SECRET_KEY", "", lambda: env.secret_key(True)),
        ("SECRET_KEY", "short", lambda: env.secret_key(True)),
        ("SECRET_KEY", env.INSECURE_SECRET_KEY, lambda: env.secret_key(True)),
        ("DUITPOS_ENCRYPTION_KEYS", env.INSECURE_ENCRYPTION_KEYS, lambda: env.encryption_keys(True)),
        ("DUITPOS_ENCRYPTION_KEYS", f" {env.INSECURE_ENCRYPTION_KEYS},", lambda: env.encryption_keys(True)),
        (
            "DUITPOS_ENCRYPTION_KEYS",
            env.INSECURE_ENCRYPTION_KEYS.replace("demo", "k1"),
            lambda: env.encryption_keys(True),
        ),
        ("DUITPOS_ENCRYPTION_KEYS", "k1:c2hvcnQ=", lambda: env.encryption_keys(True)),
        ("DUITPOS_ENCRYPTION_KEYS", "k1:not base64!", lambda: env.encryption_keys(True)),
        ("DUITPOS_ENCRYPTION_KEYS", " , ", lambda: env.encryption_keys(True)),
        ("BASE_URL", "", lambda: env.base_url(True)),
        ("BASE_URL", "http://order.example.my", lambda: env.base_url(True)),
        ("BASE_URL", "order.example.my", lambda: env.base_url(False)),
        ("BASE_URL", "https://order.example.my/shop", lambda: env.base_url(False)),
        ("BASE_URL", "https://[", lambda: env.base_url(True)),
        ("BASE_URL", "https://user:hush@order.example.my", lambda: env.base_url(True)),
        ("BASE_URL", "https://order.example.my:abc", lambda: env.base_url(True)),
        ("DUITPOS_SANDBOX_URLS", "http://[", env.sandbox_urls),
        ("DUITPOS_PROXY_COUNT", "²", lambda: env.proxy_count(True)),
        ("DUITPOS_WEB_WORKERS", "²", web_from_environment),
        ("DUITPOS_PROXY_COUNT", "", lambda: env.proxy_count(True)),
        ("DUITPOS_PROXY_COUNT", "-1", lambda: env.proxy_count(True)),
        ("DUITPOS_SANDBOX_URLS", "http://a.example,ftp://b.example", env.sandbox_urls),
        ("DEBUG", "perhaps", lambda: env.switch("DEBUG")),
        ("DATABASE_URL", "mysql://u:hush@h/d", lambda: env.database(VAR)),
        ("DATABASE_URL", "postgres://u:hush@h:port/d", lambda: env.database(VAR)),
        ("DATABASE_URL", "posgres://u:hush@h/d", lambda: env.database(VAR)),
        ("DATABASE_URL", "postgres://u:hush@[h/d", lambda: env.database(VAR)),
        ("DATABASE_URL", "nonsense", lambda: env.database(VAR)),
        ("CACHE_URL", "nonsense", lambda: env.caches(VAR)),
        ("LOG_LEVEL", "loud", env.log_level),
        ("PORT", "http", port_number),
        ("PORT", "0", port_number),
        ("PORT", "65536", port_number),
        ("DUITPOS_WEB_WORKERS", "0", web_from_environment),
        ("DUITPOS_WEB_THREADS", "many", web_from_environment),
    ],
)
def test_a_wrong_value_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, read: Callable[[], object]
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as refused:
        read()
    assert name in str(refused.value)
    assert "hush" not in str(refused.value)


def test_a_missing_driver_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://u:hush@h/d")
    monkeypatch.setattr(env, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match=r"pip install 'duitpos\[postgres\]'"):
        env.database(VAR)


def test_right_values_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASE_URL", "https://order.example.my/")
    monkeypatch.setenv("DUITPOS_SANDBOX_URLS", " http://a.example/ , ")
    monkeypatch.setenv("CACHE_URL", "locmemcache://here")
    monkeypatch.setenv("LOG_LEVEL", "debug")
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("DUITPOS_WEB_WORKERS", "3")
    assert env.base_url(True) == "https://order.example.my"
    assert env.sandbox_urls() == ["http://a.example"]
    assert env.caches(VAR)["shared"] == env.caches(VAR)["default"]
    assert env.log_level() == "DEBUG"
    web = web_from_environment()
    assert (web.port, web.workers) == (9000, 3)
    words = web.command()
    assert words[words.index("--port") + 1] == "9000"
    assert "--respawn-failed-workers" in words


@pytest.mark.sqlite_only
def test_sqlite_has_one_web_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DUITPOS_WEB_WORKERS", raising=False)
    assert web_from_environment().workers == 1


@pytest.mark.postgres_only
def test_postgres_has_two_web_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DUITPOS_WEB_WORKERS", raising=False)
    assert web_from_environment().workers == 2


def test_without_a_cache_server_processes_share_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CACHE_URL", raising=False)
    assert env.caches(VAR)["shared"]["LOCATION"] == VAR / "cache"
