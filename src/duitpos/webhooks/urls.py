"""The webhook URLs for processors (M68)."""

from __future__ import annotations

from django.urls import path

from duitpos.webhooks.views import deliver

app_name = "webhooks"
urlpatterns = [
    path("<slug:processor>/", deliver, name="deliver"),
    # Often configured at the processor without the slash, and processors follow no redirect.
    path("<slug:processor>", deliver, name="deliver_without_slash"),
    path("<slug:processor>/<uuid:account_id>/", deliver, name="deliver_to_account"),
    path("<slug:processor>/<uuid:account_id>", deliver, name="deliver_to_account_without_slash"),
]
