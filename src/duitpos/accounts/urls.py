"""Sign-in, with only the allauth pages that staff need, and sign-up, which proves an address before it stores it."""

from __future__ import annotations

from allauth.account import views
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from allauth.usersessions import views as devices
from django.urls import path, re_path
from django.views.generic import RedirectView

from duitpos.accounts.join import join_page
from duitpos.accounts.new_password import NewPassword
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
        NewPassword.as_view(),
        name="account_reset_password_from_key",
    ),
    path("password/change/", views.password_change, name="account_change_password"),
    path("confirm/", views.reauthenticate, name="account_reauthenticate"),
    path("security/", factors.index, name="mfa_index"),
    path("security/sign-in/", factors.authenticate, name="mfa_authenticate"),
    path("security/confirm/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("security/app/", app.activate_totp, name="mfa_activate_totp"),
    path("security/app/off/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path("security/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("security/codes/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("security/codes.txt", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("security/passkeys/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("security/passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("security/passkeys/confirm/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("security/passkeys/sign-in/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("security/passkeys/<int:pk>/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("security/passkeys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    path("devices/", devices.list_usersessions, name="usersessions_list"),
    path("join/<slug:tenant>/<str:invitation>/", join_page, name="account_join"),
    path("sign-up/", sign_up_page, name="account_sign_up"),
    path("sign-up/sent/", sign_up_sent, name="account_sign_up_sent"),
    path("open/", open_another, name="account_open"),
    path("open/<str:token>/", open_by_link, name="account_open_by_link"),
    path("restaurants/", restaurants, name="accounts_restaurants"),
]
