"""Where processors reach us."""

from __future__ import annotations

from django.urls import path

from duitpos.webhooks.views import deliver

app_name = "webhooks"
urlpatterns = [
    path("<slug:processor>/", deliver, name="deliver"),
    # As it is often typed at the processor, which follows no redirect (M68).
    path("<slug:processor>", deliver, name="deliver_without_slash"),
]
