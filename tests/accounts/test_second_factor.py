"""A second factor: authenticator app, recovery codes, devices, and the way back in."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from html import unescape
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.test.utils import override_settings

from duitpos.domain.people.invitations import invite
from duitpos.domain.people.second_factor import PLACE, reseal_second_factors, sealed_key_ids
from duitpos.kit.crypto import vault
from duitpos.models import User
from duitpos.ui.device import device_name
from tests.support.restaurant import PASSWORD, a_restaurant

pytestmark = pytest.mark.django_db

SECURITY = "/accounts/security/"
HOME = "/accounts/restaurants/"


@pytest.fixture(autouse=True)
def no_tries_yet() -> Iterator[None]:
    """Limits and used codes are kept in the cache."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def owner(client: Client) -> User:
    """The owner, signed in by password."""
    user = a_restaurant().owner.user
    sign_in(client, user)
    return user


def sign_in(client: Client, user: User, password: str = PASSWORD) -> str:
    """The URL after the password."""
    response = client.post("/accounts/login/", {"login": user.email, "password": password})
    return str(response.headers.get("Location", ""))


def said(response: Any) -> str:
    return unescape(response.content.decode())


def code_of(secret: str, ahead: int = 0) -> str:
    """What the app shows: in the middle of the steps that are allowed, or `ahead` steps later."""
    counters = list(yield_hotp_counters_from_time())
    return str(format_hotp_value(hotp_value(secret, counters[len(counters) // 2] + ahead)))


def turn_on(client: Client) -> tuple[str, list[str]]:
    """Turn the app on; returns its secret and the recovery codes."""
    asked = client.get(f"{SECURITY}app/")["Location"]
    assert "Is it you?" in said(client.get(asked))
    assert client.post(asked, {"password": "wrong"}).status_code == 200
    page = client.post(asked, {"password": PASSWORD}, follow=True)
    assert "<svg" in said(page)
    secret = client.session["mfa.totp.secret"]
    assert secret in said(page)
    done = client.post(f"{SECURITY}app/", {"code": code_of(secret)}, follow=True)
    assert done.redirect_chain[-1][0] == f"{SECURITY}codes/", said(done)
    cache.clear()  # the code just used could not be used again in the same half minute
    return secret, client.get(f"{SECURITY}codes.txt").content.decode().split()


def test_without_it_the_password_is_enough_and_the_page_says_so(client: Client, owner: User) -> None:
    page = said(client.get(SECURITY))
    assert "Off. With it, a stolen password is not enough" in page
    assert "Recovery codes" not in page
    assert SECURITY in said(client.get("/kopi/dashboard/orders/"))


def test_with_the_app_a_password_alone_signs_nobody_in(client: Client, owner: User) -> None:
    secret, codes = turn_on(client)
    assert len(codes) == 10
    stranger = Client()
    assert sign_in(stranger, owner) == f"{SECURITY}sign-in/"
    assert stranger.get("/kopi/dashboard/orders/").status_code == 302
    wrong = stranger.post(f"{SECURITY}sign-in/", {"code": "000000"})
    assert "Incorrect code" in said(wrong)
    assert stranger.post(f"{SECURITY}sign-in/", {"code": code_of(secret)})["Location"] == HOME
    assert stranger.get("/kopi/dashboard/orders/").status_code == 200


def test_a_code_is_used_once(client: Client, owner: User) -> None:
    secret, _ = turn_on(client)
    code = code_of(secret)
    for answer in (302, 200):
        someone = Client()
        sign_in(someone, owner)
        assert someone.post(f"{SECURITY}sign-in/", {"code": code}).status_code == answer


def test_a_recovery_code_signs_in_once(client: Client, owner: User) -> None:
    _, codes = turn_on(client)
    for answer in (302, 200):
        someone = Client()
        sign_in(someone, owner)
        assert someone.post(f"{SECURITY}sign-in/", {"code": codes[3]}).status_code == answer


def test_guessing_codes_is_limited(client: Client, owner: User) -> None:
    secret, _ = turn_on(client)
    stranger = Client()
    sign_in(stranger, owner)
    for _ in range(5):
        stranger.post(f"{SECURITY}sign-in/", {"code": "000000"})
    assert stranger.post(f"{SECURITY}sign-in/", {"code": code_of(secret)}).status_code == 200


def test_the_secrets_are_encrypted_at_rest(client: Client, owner: User) -> None:
    secret, _ = turn_on(client)
    rows = {row.type: row.data for row in Authenticator.objects.filter(user=owner)}
    assert secret not in str(rows)
    assert vault().open(rows["totp"]["secret"], PLACE) == secret
    assert vault().key_ids >= sealed_key_ids() == {vault().current}


def test_a_new_encryption_key_seals_them_anew(client: Client, owner: User) -> None:
    _secret, codes = turn_on(client)
    old = dict(client_keys())
    keys = {"new": base64.b64decode("A" * 43 + "="), **old}
    with override_settings(ENCRYPTION_KEYS=keys):
        assert reseal_second_factors() == (2, 0)
        assert reseal_second_factors() == (0, 0)
        assert sealed_key_ids() == {"new"}
        someone = Client()
        sign_in(someone, owner)
        assert someone.post(f"{SECURITY}sign-in/", {"code": codes[0]})["Location"] == HOME
    with override_settings(ENCRYPTION_KEYS={"third": base64.b64decode("B" * 43 + "=")}):
        assert reseal_second_factors() == (0, 2)


def client_keys() -> dict[str, bytes]:
    from django.conf import settings

    return dict(settings.ENCRYPTION_KEYS)


def test_turning_it_off_asks_who_it_is_and_then_the_password_is_enough(client: Client, owner: User) -> None:
    secret, _ = turn_on(client)
    later = Client()
    sign_in(later, owner)
    later.post(f"{SECURITY}sign-in/", {"code": code_of(secret)})
    cache.clear()
    asked = later.get(f"{SECURITY}app/off/")
    assert asked["Location"].startswith(("/accounts/confirm/", f"{SECURITY}confirm/"))
    assert later.post(asked["Location"], {"password": PASSWORD}).status_code == 302
    assert later.post(f"{SECURITY}app/off/")["Location"] == SECURITY
    assert not Authenticator.objects.filter(user=owner).exists()
    assert sign_in(Client(), owner) == HOME


def test_who_lost_phone_and_codes_is_let_in_by_the_operator(client: Client, owner: User) -> None:
    turn_on(client)
    out = StringIO()
    call_command("forget_second_factor", owner.email.upper(), stdout=out)
    assert "by password alone" in out.getvalue()
    assert sign_in(Client(), owner) == HOME
    with pytest.raises(CommandError, match="has no second factor"):
        call_command("forget_second_factor", owner.email)


def test_an_address_that_nobody_proved_gets_no_second_factor_until_a_password_came_by_mail(
    client: Client,
) -> None:
    """A passkey on somebody else's address would outlive the real owner's new password."""
    _made, token = invite(a_restaurant().owner, "cashier")
    form = {"name": "Mei", "email": "mei@kopi.example", "password": "kurang-manis-satu"}
    client.post(f"/accounts/join/kopi/{token}/", form)
    for path in ("app/", "passkeys/add/"):
        refused = client.get(f"{SECURITY}{path}", follow=True)
        assert refused.redirect_chain[-1][0] == SECURITY
        assert "First show that the address is yours" in said(refused)
    client.post("/accounts/password/reset/", {"email": "mei@kopi.example"})
    found = re.search(r"http\S+/reset/key/\S+", str(mail.outbox[0].body))
    assert found is not None
    page = client.get(urlsplit(found[0]).path, follow=True)
    new = {"password1": "lebih-manis-dua", "password2": "lebih-manis-dua"}
    assert client.post(page.request["PATH_INFO"], new).status_code == 302
    sign_in(client, User.objects.get(email="mei@kopi.example"), "lebih-manis-dua")
    assert client.get(f"{SECURITY}app/")["Location"].startswith("/accounts/confirm/")


def test_somebody_elses_passkey_is_not_found(client: Client, owner: User) -> None:
    other = a_restaurant("teh").owner.user
    passkey = Authenticator.objects.create(user=other, type="webauthn", data={"name": "Phone"})
    for path in ("", "remove/"):
        found = client.get(f"{SECURITY}passkeys/{passkey.id}/{path}", follow=True)
        assert found.status_code == 404 or "Is it you?" in said(found)
    assert "Phone" not in said(client.get(f"{SECURITY}passkeys/"))
    assert Authenticator.objects.filter(id=passkey.id).exists()


@pytest.mark.parametrize("body", ["", "{}", "null", "[]", '{"id": "x"}', "\x00", "{" * 500])
def test_a_passkey_that_is_none_signs_nobody_in(client: Client, body: str) -> None:
    a_restaurant()
    client.get(f"{SECURITY}passkeys/sign-in/", headers={"accept": "application/json"})
    answer = client.post(f"{SECURITY}passkeys/sign-in/", {"credential": body})
    assert answer.status_code in (200, 302, 400)
    assert client.get("/kopi/dashboard/orders/").status_code == 302


def test_devices_are_listed_and_signed_out_everywhere_else(client: Client, owner: User) -> None:
    android = Client(
        headers={"user-agent": "Mozilla/5.0 (Linux; Android 14) Chrome/120.0 Mobile Safari/537.36"}
    )
    sign_in(android, owner)
    page = said(client.get("/accounts/devices/"))
    assert "Chrome, Android" in page
    assert "This device" in page
    client.post("/accounts/devices/")
    assert android.get("/kopi/dashboard/orders/").status_code == 302
    assert client.get("/kopi/dashboard/orders/").status_code == 200
    assert UserSession.objects.filter(user=owner).count() == 1


def test_a_new_password_needs_the_old_one(client: Client, owner: User) -> None:
    page = "/accounts/password/change/"
    form = {"oldpassword": "wrong", "password1": "kurang-manis-satu", "password2": "kurang-manis-satu"}
    assert client.post(page, form).status_code == 200
    assert client.post(page, {**form, "oldpassword": PASSWORD}).status_code == 302
    assert sign_in(Client(), owner, "kurang-manis-satu") == HOME
    assert client.get("/kopi/dashboard/orders/").status_code == 200, "this device stays signed in"


@pytest.mark.parametrize(
    "header, name",
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/120 Safari/537.36 Edg/120.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox, Linux"),
        ("curl/8.0", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_device_has_a_name_that_people_know(header: str, name: str) -> None:
    assert device_name(header) == name
