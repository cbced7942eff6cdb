"""Sign-up: who may open a restaurant without the operator, and what a link proves."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.test.utils import override_settings

from duitpos.domain.tenancy.sign_up import Link, link_token, locale_of
from duitpos.kit.clock import now
from duitpos.models import Location, Membership, Tenant, User
from tests.support.restaurant import PASSWORD, a_restaurant

pytestmark = pytest.mark.django_db

PAGE, OPEN = "/accounts/sign-up/", "/accounts/open/"
NEW = "aminah@warung.example"
FORM = {
    "name": "Warung Aminah",
    "slug": "",
    "location": "",
    "time_zone": "Asia/Kuala_Lumpur",
    "currency": "MYR",
    "password": "kurang-manis-satu",
}


@pytest.fixture(autouse=True)
def open_to_everybody() -> Iterator[None]:
    """Sign-up is open, and no limit was reached before."""
    cache.clear()
    with override_settings(SIGN_UP="open"):
        yield
    cache.clear()


def mailed_link(client: Client, email: str = NEW) -> str:
    """The path of the link that the sign-up page mails."""
    assert client.post(PAGE, {"email": email}).status_code == 302
    assert mail.outbox[-1].to == [email.lower()]
    found = re.search(r"http\S+", str(mail.outbox[-1].body))
    assert found is not None
    return urlsplit(found[0]).path


def said(response: Any) -> str:
    return unescape(response.content.decode())


def test_from_the_front_page_to_an_open_restaurant(client: Client) -> None:
    assert PAGE in said(client.get("/"))
    link = mailed_link(client, "Aminah@Warung.example")
    response = client.post(link, FORM, follow=True)
    assert response.redirect_chain[-1][0] == "/warung-aminah/dashboard/"
    page = said(response)
    assert "Warung Aminah is open. Here is what is next." in page
    assert "Choose a sample menu" in page
    owner = Membership.objects.select_related("user", "tenant").get(
        tenant=Tenant.objects.get(slug="warung-aminah")
    )
    assert (owner.role, owner.user.email) == ("owner", NEW)
    assert EmailAddress.objects.get(user=owner.user).verified
    site = Location.objects.get(tenant=owner.tenant)
    assert (site.name, site.slug, site.currency, site.locale) == ("Main", "main", "MYR", "en_MY")


def test_the_whole_form_counts(client: Client) -> None:
    given = {
        **FORM,
        "slug": "aminah",
        "location": "Geylang Serai",
        "time_zone": "Asia/Singapore",
        "currency": "SGD",
    }
    client.post(mailed_link(client), given)
    site = Location.objects.get(tenant=Tenant.objects.get(slug="aminah"))
    assert (site.name, site.slug, site.currency, site.locale) == (
        "Geylang Serai",
        "geylang-serai",
        "SGD",
        "en_SG",
    )


def test_nothing_is_stored_before_the_link_is_followed(client: Client) -> None:
    mailed_link(client)
    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()


def test_an_address_that_signs_in_already_gets_the_same_answer_and_is_asked_for_its_password(
    client: Client,
) -> None:
    owner = a_restaurant().owner.user
    assert (
        client.post(PAGE, {"email": NEW})["Location"] == client.post(PAGE, {"email": owner.email})["Location"]
    )
    link = mailed_link(client, owner.email)
    assert "You have a sign-in already" in mail.outbox[-1].body
    # Whoever reads this mail later must not become the owner by it.
    answer = client.post(link, FORM)
    assert answer["Location"].startswith("/accounts/login/?next=/accounts/open/")
    assert Tenant.objects.count() == 1
    client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    assert client.post(link, FORM)["Location"] == "/warung-aminah/dashboard/"
    assert Membership.objects.get(tenant=Tenant.objects.get(slug="warung-aminah")).user == owner
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_a_link_makes_one_sign_in_only(client: Client) -> None:
    link = mailed_link(client)
    client.post(link, FORM)
    again = Client().post(link, {**FORM, "slug": "another", "password": "of-a-stranger"})
    assert again["Location"].startswith("/accounts/login/")
    assert not Tenant.objects.filter(slug="another").exists()


def test_who_is_signed_in_as_somebody_else_is_asked_for_the_links_own_sign_in(client: Client) -> None:
    client.post(mailed_link(client), FORM)
    other = a_restaurant().owner.user
    stranger = Client()
    stranger.force_login(other)
    assert stranger.get(f"{OPEN}{link_token(NEW, Link.MAIL)}/")["Location"].startswith("/accounts/login/")


def test_a_signed_in_owner_opens_another_restaurant(client: Client) -> None:
    assert client.get(OPEN)["Location"].startswith("/accounts/login/")
    owner = a_restaurant().owner.user
    client.force_login(owner)
    page = said(client.get(OPEN))
    assert owner.email in page
    assert 'name="password"' not in page
    assert client.post(OPEN, FORM)["Location"] == "/warung-aminah/dashboard/"


@pytest.mark.parametrize("days, works", [(0.9, True), (1.1, False)])
def test_a_mailed_link_works_for_a_day(client: Client, days: float, works: bool) -> None:
    link = mailed_link(client)
    with time_machine.travel(now() + timedelta(days=days)):
        response = client.get(link)
    assert response.status_code == (200 if works else 404)
    assert works or "This link is too old" in said(response)


@pytest.mark.parametrize("token", ["x", "a:b:c", "whole-and-one-more", "%00", "eyJ9:1:2", "-" * 3000])
def test_a_link_that_is_not_ours_is_refused(client: Client, token: str) -> None:
    sent = link_token(NEW, Link.MAIL) + "x" if token == "whole-and-one-more" else token
    assert client.get(f"{OPEN}{sent}/").status_code == 404


@pytest.mark.parametrize(
    "field, value, sentence",
    [
        ("name", "", "required"),
        ("name", "x" * 121, "at most 120"),
        ("name", "\u0000", "Null characters"),
        ("slug", "Kopi Kita", "valid “slug”"),
        ("slug", "-", "slug"),
        ("slug", "KOPI", "slug"),
        ("slug", "x" * 41, "at most 40"),
        ("slug", "accounts", "an address of DuitPOS itself"),
        ("slug", "stripe", "an address of DuitPOS itself"),
        ("slug", "taken", "is taken"),
        ("location", "x" * 121, "at most 120"),
        ("time_zone", "Asia/Atlantis", "valid choice"),
        ("time_zone", "", "required"),
        ("currency", "XYZ", "valid choice"),
        ("password", "", "required"),
        ("password", "short", "at least 10 characters"),
        ("password", "password123", "too common"),
        ("password", "x" * 129, "at most 128"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_opened(
    client: Client, field: str, value: str, sentence: str
) -> None:
    a_restaurant("taken")
    response = client.post(mailed_link(client), {**FORM, field: value})
    assert response.status_code == 200
    assert sentence in said(response)
    assert Tenant.objects.count() == 1
    assert not User.objects.filter(email=NEW).exists()
    if field != "password" and "\u0000" not in value:
        assert FORM["password"] not in said(response)


def test_a_name_without_latin_letters_needs_an_address(client: Client) -> None:
    link = mailed_link(client)
    assert "Enter it: the name has no letter" in said(client.post(link, {**FORM, "name": "老友记"}))
    assert client.post(link, {**FORM, "name": "老友记", "slug": "lao-you-ji"}).status_code == 302
    assert Tenant.objects.get(slug="lao-you-ji").name == "老友记"


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b", "x" * 250 + "@a.example", "a@b.example\r\nBcc: c@d.example"]
)
def test_a_bad_address_gets_no_mail(client: Client, email: str) -> None:
    assert client.post(PAGE, {"email": email}).status_code == 200
    assert mail.outbox == []


@pytest.mark.parametrize("mode, sentence", [("closed", "by themselves"), ("invited", "by invitation")])
def test_where_not_everybody_may_the_pages_say_whom_to_ask(client: Client, mode: str, sentence: str) -> None:
    link = f"{OPEN}{link_token(NEW, Link.MAIL)}/"
    client.force_login(a_restaurant().owner.user)
    with override_settings(SIGN_UP=mode):
        for path in (PAGE, f"{PAGE}sent/", OPEN):
            response = client.get(path)
            assert response.status_code == 403
            assert sentence in said(response)
        assert client.get(link).status_code in (403, 404)
        assert "Open your restaurant" not in said(client.get("/"))
        client.post(PAGE, {"email": NEW})
    assert mail.outbox == []


@pytest.mark.parametrize("mode, works", [("closed", False), ("invited", True), ("open", True)])
def test_an_invitation_of_the_operator(client: Client, mode: str, works: bool) -> None:
    out = StringIO()
    with override_settings(SIGN_UP=mode):
        if not works:
            with pytest.raises(CommandError, match="DUITPOS_SIGNUP is closed"):
                call_command("invite_owner", NEW, stdout=out)
            return
        call_command("invite_owner", NEW, stdout=out)
        link = urlsplit(out.getvalue().splitlines()[1]).path
        assert link in mail.outbox[0].body
        with time_machine.travel(now() + timedelta(days=13)):
            assert client.post(link, FORM)["Location"] == "/warung-aminah/dashboard/"


def test_the_operator_reads_what_is_wrong_with_an_address() -> None:
    with pytest.raises(CommandError, match="is not an e-mail address"):
        call_command("invite_owner", "nobody")


def test_where_no_mail_is_sent_the_page_and_the_command_say_so(client: Client) -> None:
    out = StringIO()
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.console.EmailBackend"):
        assert "sends no mail yet" in said(client.get(PAGE))
        assert client.post(PAGE, {"email": NEW}).status_code == 200
        call_command("invite_owner", NEW, stdout=out)
    assert "pass the link on yourself" in out.getvalue()


def test_a_mail_server_that_fails_is_said(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **more: object) -> int:
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr("duitpos.accounts.sign_up.send_mail", fail)
    assert "The mail could not be sent" in said(client.post(PAGE, {"email": NEW}))


def test_one_address_gets_three_mails_an_hour(client: Client) -> None:
    for _ in range(3):
        mailed_link(client)
    response = client.post(PAGE, {"email": NEW.upper()})
    assert response.status_code == 429
    assert "Too many tries" in said(response)
    assert len(mail.outbox) == 3


def test_one_sender_asks_five_times_a_minute(client: Client) -> None:
    answers = [client.post(PAGE, {"email": f"a{n}@b.example"}).status_code for n in range(7)]
    assert answers == [302] * 5 + [429] * 2


@pytest.mark.parametrize(
    "zone, locale", [("Asia/Kuala_Lumpur", "en_MY"), ("Europe/Berlin", "en_DE"), ("Mars/Olympus", "en")]
)
def test_money_is_written_as_in_the_country_of_the_time_zone(zone: str, locale: str) -> None:
    assert locale_of(zone) == locale
