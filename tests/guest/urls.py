"""The guest's room alone: its tests need no other room."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("<slug:tenant>/", include("duitpos.guest.urls"))]
