"""Every address, package by package. Reserved slugs come first."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from duitpos.accounts.front import front
from duitpos.web.media import media

handler400 = "duitpos.web.errors.bad_request"
handler500 = "duitpos.web.errors.server_error"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", front, name="front"),
    path("", include("duitpos.operations.urls")),
    path("media/<str:folder>/<str:file>", media, name="media"),
    path("accounts/", include("duitpos.accounts.urls")),
    path("<slug:tenant>/webhooks/", include("duitpos.webhooks.urls")),
    path("<slug:tenant>/dashboard/", include("duitpos.dashboard.urls")),
    path("<slug:tenant>/kitchen/", include("duitpos.kitchen.urls")),
    path("<slug:tenant>/", include("duitpos.guest.urls")),
]
