"""The application's URLs, and an empty view."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from duitpos.urls import handler400, handler500
from duitpos.urls import urlpatterns as application

__all__ = ["handler400", "handler500", "urlpatterns"]


@csrf_exempt
def empty(request: HttpRequest) -> HttpResponse:
    """The baseline: the cost of Django, its middleware and the web server."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [*application, path("bench/empty/", empty)]
