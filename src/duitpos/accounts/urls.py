"""Sign-in, with only the allauth pages that staff need, and sign-up, which proves an address before it stores it."""

from __future__ import annotations

from allauth.account import views
from django.urls import path, re_path
from django.views.generic import RedirectView

from duitpos.accounts.restaurants import restaurants
from duitpos.accounts.sign_up import open_another, open_by_link, sign_up_page, sign_up_sent

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
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("sign-up/", sign_up_page, name="account_sign_up"),
    path("sign-up/sent/", sign_up_sent, name="account_sign_up_sent"),
    path("open/", open_another, name="account_open"),
    path("open/<str:token>/", open_by_link, name="account_open_by_link"),
    path("restaurants/", restaurants, name="accounts_restaurants"),
]
