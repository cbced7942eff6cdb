"""What the web server loads."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from duitpos.kit import env
from duitpos.kit.slow_calls import bound_slow_calls
from duitpos.web.body_cap import bound_readers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duitpos.settings")
application = get_wsgi_application()
threads = env.number("DUITPOS_WEB_THREADS", 32, least=1)
bound_slow_calls(threads)
bound_readers(threads)
