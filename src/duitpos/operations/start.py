"""Start-up checks. A failed check raises StartRefused with one sentence for the person at the terminal."""

from __future__ import annotations

import copy
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages
from django.db import DatabaseError, connection, connections

from duitpos.domain.processor_accounts.credentials import unknown_key_ids
from duitpos.domain.tenancy.installation import installation
from duitpos.kit.logs import redact
from duitpos.kit.mail import sends_mail
from duitpos.kit.migrations import unapplied_migrations


class StartRefused(Exception):
    """DuitPOS cannot start. The message is one sentence that names what to change."""


def check_start() -> list[str]:
    """StartRefused if web or worker must not start. Returns warnings: sentences about what will not work."""
    check_caches()
    check_database()
    check_keys()
    return [*check_photos(), *_warnings()]


def check_static() -> None:
    """StartRefused when the static files were not collected: every page would fail."""
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        raise StartRefused(
            f"There are no collected files in {settings.STATIC_ROOT}:"
            " run `duitpos manage collectstatic --no-input` first."
        )


def check_caches() -> None:
    """StartRefused when the client library of CACHE_URL is not installed or the cache does not respond."""
    for name in settings.CACHES:
        try:
            caches[name].get("start")
        except Exception as error:  # the error class depends on the cache client
            reason = " ".join(redact(str(error)).split()).rstrip(".")
            raise StartRefused(f"The cache of CACHE_URL cannot be used: {reason}.") from error


def check_database() -> None:
    """StartRefused when the database does not respond, or lacks migrations of this code."""
    _check_answer()
    missing = unapplied_migrations()
    if missing:
        raise StartRefused(
            f"The database lacks {missing} migration{'s' if missing > 1 else ''}: run `duitpos manage migrate` first."
        )


def _check_answer() -> None:
    # Without the pool, which would wait for its timeout and then not report the reason.
    plain = copy.deepcopy(connection.settings_dict)
    if plain["OPTIONS"].pop("pool", None):
        plain["OPTIONS"]["connect_timeout"] = 5
    probe = type(connections["default"])(plain, "default")
    try:
        probe.ensure_connection()
    except DatabaseError as error:
        reason = " ".join(redact(str(error)).split()).rstrip(".")
        raise StartRefused(f"The database of DATABASE_URL does not answer: {reason}.") from error
    finally:
        probe.close()


def check_keys() -> None:
    """StartRefused when a stored secret was sealed with a key that DUITPOS_ENCRYPTION_KEYS lacks."""
    unknown = sorted(unknown_key_ids())
    if unknown:
        names = ", ".join(repr(name) for name in unknown)
        raise StartRefused(
            f"DUITPOS_ENCRYPTION_KEYS lacks the key {names}, with which secrets in this database are sealed:"
            " add it behind the present ones."
        )


def check_photos() -> list[str]:
    """StartRefused when the storage of photos is set up wrongly; a warning when it does not work at present.

    Without photos, guests can still order.
    """
    try:
        storages["photos"].check()  # type: ignore[attr-defined]
    except ImproperlyConfigured as error:
        raise StartRefused(str(error)) from error
    except OSError as error:
        reason = " ".join(redact(str(error)).split()).rstrip(".")
        return [f"Photos cannot be stored: {reason}."]
    return []


def _warnings() -> list[str]:
    warnings = []
    if not sends_mail():
        warnings.append(
            "Mail goes nowhere: EMAIL_URL is not set, so guests get no receipt and nobody can reset a password."
        )
    stored = installation().base_url
    if stored == settings.BASE_URL:
        return warnings
    return [
        *warnings,
        f"This database belongs to {stored}, but BASE_URL is {settings.BASE_URL}: until you run `duitpos adopt`,"
        " no payment processor is asked anything.",
    ]
