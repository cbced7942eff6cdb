"""`duitpos web`: the web server, configured by the environment."""

from __future__ import annotations

import os

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from duitpos.kit import env
from duitpos.kit.webserver import WebServer


def web_from_environment() -> WebServer:
    """The server configured by PORT, DUITPOS_WEB_HOST, DUITPOS_WEB_WORKERS and DUITPOS_WEB_THREADS."""
    return WebServer(
        host=str(env.read("DUITPOS_WEB_HOST", default="127.0.0.1")),
        port=port_number(),
        # SQLite has one writer at a time: more processes would only wait for one another.
        workers=env.number("DUITPOS_WEB_WORKERS", 1 if connection.vendor == "sqlite" else 2, least=1),
        threads=env.number("DUITPOS_WEB_THREADS", 32, least=1),
    )


def port_number() -> int:
    """PORT: the web server's port."""
    port = env.number("PORT", 8000, least=1)
    if port > 65535:
        raise ImproperlyConfigured(f"PORT is '{port}': use a number up to 65535.")
    return port


def serve() -> None:
    """Replace this process by the web server, so that signals reach it directly."""
    words = web_from_environment().command()
    os.execv(words[0], words)  # noqa: S606 - our own interpreter, a list of arguments
