"""Only the guest pages, because their tests need no others."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("<slug:tenant>/", include("duitpos.guest.urls"))]
