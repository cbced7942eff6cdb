"""The operator's addresses; their first words are reserved slugs."""

from __future__ import annotations

from django.urls import path

from duitpos.operator import health

app_name = "operator"
urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
