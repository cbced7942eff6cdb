"""The operator's URLs; their first path segments are reserved slugs."""

from __future__ import annotations

from django.urls import path

from duitpos.operations import health

app_name = "operations"
urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
