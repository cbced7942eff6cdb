"""What the web server loads."""

from __future__ import annotations

import os

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

from duitpos.kit import env
from duitpos.kit.slow_calls import bound_slow_calls


def _load() -> WSGIHandler:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duitpos.settings")
    loaded = get_wsgi_application()
    # Only now: what handles requests imports the tables, which need the settings.
    from duitpos.web.body_cap import bound_readers

    threads = env.number("DUITPOS_WEB_THREADS", 32, least=1)
    bound_slow_calls(threads)
    bound_readers(threads)
    return loaded


application = _load()
