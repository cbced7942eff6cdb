"""Logs as JSON lines on standard error, with secrets redacted in every record."""

from __future__ import annotations

import re
from typing import Any

import structlog

_patterns: dict[str, re.Pattern[str]] = {}
_DETAIL = re.compile(r"DETAIL: .*")
"""PostgreSQL repeats the whole row here, such as a guest's e-mail address (M48)."""


def redact_also(pattern: str) -> None:
    """Redact what matches this regular expression too. The installed processors name the form of their secrets."""
    _patterns[pattern] = re.compile(pattern)


def redact(text: str) -> str:
    """The text without the processors' secrets (the last four characters stay, as on the screens) and guests' data."""
    text = _DETAIL.sub("DETAIL: …", text)
    for pattern in _patterns.values():
        text = pattern.sub(_shortened, text)
    return text


def _shortened(match: re.Match[str]) -> str:
    kind, mark, _ = match[0].partition("_")
    return f"{kind}{mark}…{match[0][-4:]}" if mark else f"…{match[0][-4:]}"


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: _redacted(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_redacted(item) for item in value]
    return value


def redact_event(logger: Any, name: str, event: Any) -> Any:
    """structlog processor: the last one before rendering, so that tracebacks are redacted too."""
    return _redacted(dict(event))


def configure(level: str, as_json: bool) -> dict[str, Any]:
    """Set up structlog, and return Django's LOGGING that renders standard library records the same way."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact_event, renderer],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "level": level, "propagate": False},
        },
    }
