"""Reads and validates environment variables (docs/settings.md lists every name)."""

from __future__ import annotations

import base64
import binascii
import re
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

INSECURE_SECRET_KEY = "insecure-demo-key-for-one-machine-only-never-for-a-real-restaurant"
_DEMO_KEY = b"duitpos-demo-encryption-key-0001"
INSECURE_ENCRYPTION_KEYS = "demo:" + base64.b64encode(_DEMO_KEY).decode()
DATABASE_SCHEMES = ("postgres", "postgresql", "sqlite")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
STAGES = ("production", "demo", "test")
SIGN_UP = ("closed", "invited", "open")

read = environ.Env()


def stage() -> str:
    """DUITPOS_ENV: production (the default, so that a missing value is never insecure), demo or test."""
    value = str(read("DUITPOS_ENV", default="production"))
    if value not in STAGES:
        raise ImproperlyConfigured(f"DUITPOS_ENV is {value!r}: use one of {', '.join(STAGES)}.")
    return value


def secret_key(production: bool) -> str:
    """SECRET_KEY: signs sessions and CSRF tokens."""
    value = str(read("SECRET_KEY", default=INSECURE_SECRET_KEY))
    if production and (value == INSECURE_SECRET_KEY or len(value) < 40):
        raise ImproperlyConfigured(
            "SECRET_KEY is missing, the demo's own, or shorter than 40 characters: set it to a long random text, for"
            " example the output of `python -c 'import secrets; print(secrets.token_urlsafe(50))'`."
        )
    return value


def encryption_keys(production: bool) -> dict[str, bytes]:
    """DUITPOS_ENCRYPTION_KEYS as key id to 32 bytes; the first one seals new secrets."""
    text = str(read("DUITPOS_ENCRYPTION_KEYS", default=INSECURE_ENCRYPTION_KEYS))
    keys: dict[str, bytes] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, body = part.partition(":")
        try:
            key = base64.b64decode(body, validate=True)
        except binascii.Error:
            key = b""
        # The text itself is a secret, so the message names only the id.
        if not name.replace("-", "").replace("_", "").isalnum() or len(key) != 32:
            raise ImproperlyConfigured(
                f"DUITPOS_ENCRYPTION_KEYS: the key {name!r} is not `id:base64` of exactly 32 bytes."
            )
        if name in keys:
            raise ImproperlyConfigured(f"DUITPOS_ENCRYPTION_KEYS names the key {name!r} twice.")
        keys[name] = key
    if not keys:
        raise ImproperlyConfigured("DUITPOS_ENCRYPTION_KEYS is empty.")
    # Compare the bytes: under another id it is still the publicly known key.
    if production and _DEMO_KEY in keys.values():
        raise ImproperlyConfigured(
            "DUITPOS_ENCRYPTION_KEYS is missing or the demo's own: set it to `k1:<32 random bytes in base64>`,"
            " for example from `python -c 'import base64, os;"
            ' print("k1:" + base64.b64encode(os.urandom(32)).decode())\'`.'
        )
    return keys


def base_url(production: bool) -> str:
    """BASE_URL: the address that guests and processors use, without a trailing slash."""
    value = str(read("BASE_URL", default="" if production else "http://127.0.0.1:8000")).rstrip("/")
    if not is_origin(value):
        raise ImproperlyConfigured(
            f"BASE_URL is {_without_user(value)!r}: set it to the address that guests open, such as https://order.example.my"
        )
    if production and not value.startswith("https://"):
        raise ImproperlyConfigured(f"BASE_URL is {value!r}: in production it must begin with https://")
    return value


def _without_user(value: str) -> str:
    """The value for a message, without a user and password before the host."""
    return re.sub(r"//.*@", "//…@", value)


def is_http(value: str) -> bool:
    """Whether it is an http(s) URL with a host and, if any, a valid port."""
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_origin(value: str) -> bool:
    """Whether it is only scheme, host and port."""
    if not is_http(value):
        return False
    parts = urlsplit(value)
    return not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)


def proxy_count(production: bool) -> int:
    """DUITPOS_PROXY_COUNT: the number of our proxies in front, used to read a client's address."""
    text = str(read("DUITPOS_PROXY_COUNT", default="" if production else "0"))
    if not is_whole(text):
        raise ImproperlyConfigured(
            "DUITPOS_PROXY_COUNT is missing or not a number: set it to how many proxies stand in front of DuitPOS"
            " (0 when it is reached directly, 1 behind one Caddy or nginx)."
        )
    return int(text)


def sign_up() -> str:
    """DUITPOS_SIGNUP: who may open a restaurant without the operator."""
    value = str(read("DUITPOS_SIGNUP", default="closed")).lower()
    if value not in SIGN_UP:
        raise ImproperlyConfigured(f"DUITPOS_SIGNUP is {value!r}: use one of {', '.join(SIGN_UP)}.")
    return value


def sandbox_urls() -> list[str]:
    """DUITPOS_SANDBOX_URLS: further API addresses that test accounts may use. Never used with a live key."""
    urls = [
        url.strip().rstrip("/")
        for url in str(read("DUITPOS_SANDBOX_URLS", default="")).split(",")
        if url.strip()
    ]
    for url in urls:
        if not is_http(url):
            raise ImproperlyConfigured(f"DUITPOS_SANDBOX_URLS: {url!r} is not an http(s) address.")
    return urls


def switch(name: str, default: bool = False) -> bool:
    """A boolean; ImproperlyConfigured for anything but true, false, 1, 0, yes, no, on, off."""
    text = str(read(name, default=str(default))).lower()
    if text not in ("true", "false", "1", "0", "yes", "no", "on", "off"):
        raise ImproperlyConfigured(f"{name} is {text!r}: use true or false.")
    return text in ("true", "1", "yes", "on")


def is_whole(text: str) -> bool:
    """Whether the text is ASCII digits that int() accepts: `isdigit` alone accepts "²"."""
    return text.isascii() and text.isdecimal()


def number(name: str, default: int, least: int = 0) -> int:
    """A whole number of at least `least`."""
    text = str(read(name, default=str(default)))
    if not is_whole(text) or int(text) < least:
        raise ImproperlyConfigured(f"{name} is {text!r}: use a whole number of at least {least}.")
    return int(text)


POOL_SECONDS = 5
"""A request's longest wait for a connection; then it answers 503."""


def database(var: Path) -> dict[str, object]:
    """DATABASE_URL for Django; without it one SQLite file in `var`. The race tests use the same options."""
    try:
        scheme = urlsplit(str(read("DATABASE_URL", default="sqlite:"))).scheme
        if scheme not in DATABASE_SCHEMES:
            # Checked first, because read.db would log a warning with the whole URL, password included.
            raise ImproperlyConfigured(
                f"DATABASE_URL: {scheme or 'that'!r} is not supported; use sqlite or postgres."
            )
        config: dict[str, object] = dict(
            read.db("DATABASE_URL", default=f"sqlite:///{var / 'duitpos.sqlite3'}")
        )
    except ValueError as error:
        raise ImproperlyConfigured(
            "DATABASE_URL is not understood: use postgres://user:password@host/name"
        ) from error
    if scheme == "sqlite":
        config["CONN_MAX_AGE"] = None
        config["OPTIONS"] = {
            # Writers queue at BEGIN instead of failing later; 20 s is longer than any queue observed.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
    else:
        if find_spec("psycopg") is None:
            raise ImproperlyConfigured(
                "DATABASE_URL names PostgreSQL, whose driver is not installed: pip install 'duitpos[postgres]'"
            )
        config["ENGINE"] = "duitpos.kit.postgres"
        # Pooled: a request returns its connection during a processor call (kit/transact.py).
        config["CONN_MAX_AGE"] = 0
        prepares = not switch("DUITPOS_DB_POOLER")
        config["OPTIONS"] = {
            "pool": {
                "min_size": 2,
                "max_size": number("DUITPOS_DB_POOL", 20, least=1),
                "timeout": POOL_SECONDS,
            },
            # A statement is prepared at its sixth use. Behind a pooler that gives every transaction another connection,
            # prepared statements mix up the answers of different clients (M41).
            "server_side_binding": prepares,
            "prepare_threshold": 5 if prepares else None,
        }
    return config


def caches(var: Path) -> dict[str, dict[str, object]]:
    """CACHE_URL for Django. Without it `default` is a cache per process, and `shared` is files in `var`.

    All processes of the installation must see `shared`: on several machines CACHE_URL must name a cache server.
    """
    if not str(read("CACHE_URL", default="")):
        return {
            "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "duitpos"},
            "shared": {
                "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
                "LOCATION": var / "cache",
            },
        }
    try:
        config: dict[str, object] = dict(read.cache_url("CACHE_URL"))
    except (ValueError, KeyError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured("CACHE_URL is not understood: use rediscache://host:6379/0") from error
    return {"default": config, "shared": config}


def log_level() -> str:
    """LOG_LEVEL: the lowest level that is logged."""
    value = str(read("LOG_LEVEL", default="INFO")).upper()
    if value not in LOG_LEVELS:
        raise ImproperlyConfigured(f"LOG_LEVEL is {value!r}: use one of {', '.join(LOG_LEVELS)}.")
    return value
