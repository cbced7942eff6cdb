"""Render a template into a response, with the headers that every page gets."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import jinja2
from starlette.responses import HTMLResponse

from stripe_sandbox.money import display

_FOLDER = Path(__file__).parent

_environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_FOLDER / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
)


def _when(epoch: int | None) -> str:
    return "" if epoch is None else datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _urldecoded(body: str) -> str:
    """The fields of a form, one a line."""
    return "\n".join(unquote_plus(part) for part in body.split("&"))


_environment.filters["money"] = display
_environment.filters["when"] = _when
_environment.filters["pretty"] = _pretty
_environment.filters["urldecoded"] = _urldecoded

STYLE = (_FOLDER / "templates" / "sandbox.css").read_text()

# No form-action: a payment ends in a redirect to the shop, which that directive would block in Chromium.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def page(template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A response with the rendered template."""
    text = _environment.get_template(template).render(**context)
    return HTMLResponse(text, status, dict(_HEADERS))
