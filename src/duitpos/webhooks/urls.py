"""Where processors reach us."""

from __future__ import annotations

from django.urls import path

from duitpos.webhooks.views import deliver

app_name = "webhooks"
urlpatterns = [path("<slug:processor>/", deliver, name="deliver")]
