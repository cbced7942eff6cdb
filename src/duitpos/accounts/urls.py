"""Sign-in, with only the allauth pages that staff need: nobody signs up, adds addresses or confirms them here."""

from __future__ import annotations

from allauth.account import views
from django.urls import path, re_path
from django.views.generic import RedirectView

from duitpos.accounts.new_password import NewPassword
from duitpos.accounts.restaurants import restaurants

# No namespace, because allauth reverses its own pages by these names.
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="accounts_restaurants")),
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        NewPassword.as_view(),
        name="account_reset_password_from_key",
    ),
    path("restaurants/", restaurants, name="accounts_restaurants"),
]
