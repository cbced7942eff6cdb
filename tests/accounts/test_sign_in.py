"""Signing in and out, resetting a password, and choosing a restaurant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import get_resolver, reverse

from duitpos.kit.clock import now
from duitpos.models import Membership, User
from tests.support.restaurant import PASSWORD, a_member, a_restaurant

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def no_tries_yet() -> Iterator[None]:
    """Reset the rate limits, which are counted in the cache, also for the tests that follow."""
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, email: str, password: str = PASSWORD, goto: str = "") -> str:
    """The URL that the form redirects to; empty if it was refused."""
    response = client.post(LOGIN, {"login": email, "password": password, "next": goto})
    return response.headers.get("Location", "") if response.status_code == 302 else ""


def test_where_no_mail_is_sent_the_page_says_so_instead_of_promising_a_link(client: Client) -> None:
    a_restaurant()
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.console.EmailBackend"):
        page = client.get("/accounts/password/reset/").content.decode()
        sent = client.post("/accounts/password/reset/", {"email": "owner@kopi.example"}, follow=True)
    assert "sends no mail yet" in page
    assert "Send the link" not in page
    assert "No mail was sent" in sent.content.decode()
    assert "Look into your mail" not in sent.content.decode()
    assert "sends no mail yet" not in client.get("/accounts/password/reset/").content.decode()


def writes(queries: CaptureQueriesContext) -> list[str]:
    return [one["sql"] for one in queries.captured_queries if re.match("UPDATE|INSERT", one["sql"])]


def test_use_prolongs_a_session_and_stores_it_once_a_day(client: Client) -> None:
    """A tablet that is used is never signed out; one that nobody uses is, after three weeks."""
    a_restaurant()
    page = "/kopi/dashboard/orders/"
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        sign_in(client, "owner@kopi.example")
        for day in range(0, 60, 6):
            clock.move_to(start + timedelta(days=day))
            assert client.get(page).status_code == 200
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            assert writes(queries) == []
        clock.move_to(start + timedelta(days=day + 22))
        assert client.get(page).status_code == 302


def test_the_owner_of_one_restaurant_lands_on_its_home_page(client: Client) -> None:
    a_restaurant()
    assert sign_in(client, "owner@kopi.example") == "/accounts/restaurants/"
    response = client.get("/accounts/restaurants/", follow=True)
    assert response.redirect_chain[-1][0] == "/kopi/dashboard/"
    assert response.status_code == 200


def test_capitals_in_the_address_do_not_matter(client: Client) -> None:
    a_restaurant()
    assert sign_in(client, "Owner@Kopi.example")


def test_a_cook_lands_in_the_kitchen(client: Client) -> None:
    cook = a_member(a_restaurant().tenant)
    sign_in(client, cook.user.email)
    response = client.get("/accounts/restaurants/", follow=True)
    assert response.redirect_chain[-1][0] == "/kopi/kitchen/bangsar/"


def test_a_member_of_two_restaurants_chooses(client: Client) -> None:
    owner = a_restaurant().owner
    other = a_restaurant("teh")
    Membership.objects.create(tenant=other.tenant, user=owner.user, role="cashier")
    sign_in(client, owner.user.email)
    page = client.get("/accounts/restaurants/").content.decode()
    assert "/kopi/dashboard/" in page
    assert "/teh/dashboard/" in page
    assert "Cashier" in page


def test_with_one_restaurant_the_choice_is_still_shown_on_request(client: Client) -> None:
    sign_in(client, a_restaurant().owner.user.email)
    assert client.get("/accounts/restaurants/?choose").status_code == 200


def test_a_user_without_a_restaurant_sees_what_to_do(client: Client) -> None:
    User.objects.create_user("new@kopi.example", PASSWORD)
    sign_in(client, "new@kopi.example")
    assert "new@kopi.example" in client.get("/accounts/restaurants/").content.decode()


def test_an_inactive_membership_does_not_count(client: Client) -> None:
    restaurant = a_restaurant()
    Membership.objects.filter(tenant=restaurant.tenant).update(is_active=False)
    sign_in(client, restaurant.owner.user.email)
    assert "/kopi/dashboard/" not in client.get("/accounts/restaurants/").content.decode()


def test_nobody_sees_the_choice_without_signing_in(client: Client) -> None:
    response = client.get("/accounts/restaurants/")
    assert response.headers["Location"].startswith(LOGIN)


def test_signing_in_returns_to_the_requested_page(client: Client) -> None:
    a_restaurant()
    wanted = "/kopi/dashboard/tables/"
    assert client.get(wanted).headers["Location"] == f"{LOGIN}?next={wanted}"
    assert sign_in(client, "owner@kopi.example", goto=wanted) == wanted


def test_nobody_is_sent_to_another_site(client: Client) -> None:
    a_restaurant()
    assert sign_in(client, "owner@kopi.example", goto="https://evil.example/") == "/accounts/restaurants/"


@pytest.mark.parametrize("email", ["owner@kopi.example", "nobody@kopi.example"])
def test_a_wrong_password_and_an_unknown_email_get_the_same_message(client: Client, email: str) -> None:
    a_restaurant()
    response = client.post(LOGIN, {"login": email, "password": "wrong-horse-battery"})
    page = response.content.decode()
    assert response.status_code == 200
    assert "not correct" in page
    assert "wrong-horse-battery" not in page


def test_an_inactive_user_is_not_let_in(client: Client) -> None:
    restaurant = a_restaurant()
    User.objects.filter(id=restaurant.owner.user_id).update(is_active=False)
    assert sign_in(client, "owner@kopi.example") in ("", "/accounts/inactive/")
    assert client.get("/kopi/dashboard/orders/").status_code == 302
    assert client.get("/accounts/inactive/").status_code == 200


def test_guessing_from_one_address_is_slowed_even_for_the_right_password(client: Client) -> None:
    a_restaurant()
    for _ in range(5):
        sign_in(client, "owner@kopi.example", "wrong-horse-battery")
    assert not sign_in(client, "owner@kopi.example")


def guess(client: Client, email: str, times: int = 5, address: str = "192.0.2.1") -> str:
    """The last page that a stranger reads."""
    wrong = {"login": email, "password": "wrong-horse-battery"}
    page = ""
    for _ in range(times):
        page = client.post(LOGIN, wrong, REMOTE_ADDR=address).content.decode()
    return re.sub(r'value="[^"]*"', "", page)


@pytest.mark.parametrize("address", ["192.0.2.1", "192.0.2.99"])
def test_five_wrong_passwords_by_a_stranger_do_not_keep_the_owners_device_out(
    client: Client, address: str
) -> None:
    a_restaurant()
    assert sign_in(client, "owner@kopi.example")
    client.post("/accounts/logout/")
    assert "Too many tries" in guess(Client(), "owner@kopi.example", 60)
    again = {"login": "Owner@kopi.example", "password": PASSWORD}
    assert client.post(LOGIN, again, REMOTE_ADDR=address).status_code == 302


def test_a_stranger_elsewhere_does_not_keep_out_an_owner_on_a_new_device(client: Client) -> None:
    a_restaurant()
    assert "Too many tries" in guess(Client(), "owner@kopi.example", 6)
    assert sign_in(client, "owner@kopi.example")


def test_strangers_with_many_addresses_are_slowed_and_the_mailed_link_lets_the_owner_in(
    client: Client,
) -> None:
    a_restaurant()
    page = ""
    for host in range(1, 12):
        page = guess(Client(), "owner@kopi.example", 3, f"192.0.2.{host}")
    assert "Too many tries" in page
    assert "choose a new password by mail" in page
    assert not sign_in(client, "owner@kopi.example")
    client.post("/accounts/password/reset/", {"email": "owner@kopi.example"})
    form = client.get(mailed_link(), follow=True)
    new = {"password1": "a-quite-new-password", "password2": "a-quite-new-password"}
    client.post(form.redirect_chain[-1][0], new)
    assert sign_in(client, "owner@kopi.example", "a-quite-new-password")


def test_a_known_device_has_few_tries_of_its_own(client: Client) -> None:
    a_restaurant()
    assert sign_in(client, "owner@kopi.example")
    client.post("/accounts/logout/")
    guess(client, "owner@kopi.example")
    assert not sign_in(client, "owner@kopi.example")


def test_a_device_is_known_only_for_those_who_signed_in_on_it(client: Client) -> None:
    restaurant = a_restaurant()
    cook = a_member(restaurant.tenant)
    sign_in(client, cook.user.email)
    client.post("/accounts/logout/")
    guess(Client(), "owner@kopi.example", address="127.0.0.1")
    assert not sign_in(client, "owner@kopi.example")
    client.cookies["known_device"] = client.cookies["known_device"].value + "x"
    assert not sign_in(client, "owner@kopi.example")


def test_the_refusal_does_not_tell_whether_an_account_exists(client: Client) -> None:
    a_restaurant()
    known = guess(Client(), "owner@kopi.example", 6)
    unknown = guess(Client(), "nobody@kopi.example", 6, "192.0.2.2")
    assert "Too many tries" in known
    assert known == unknown


def test_another_host_header_does_not_reset_the_rate_limit(client: Client) -> None:
    a_restaurant()
    for _ in range(5):
        assert sign_in(client, "owner@kopi.example", "wrong") == ""
    again = {"login": "owner@kopi.example", "password": PASSWORD}
    response = client.post(LOGIN, again, headers={"Host": "testserver:81"})
    assert response.status_code != 302


@pytest.mark.parametrize("key", ["\\000aaaaaaaaaaa", "A" * 32, "a" * 41])
def test_a_malformed_session_key_means_no_session(client: Client, key: str) -> None:
    client.cookies["sessionid"] = key
    assert client.get(LOGIN).status_code == 200


def test_many_emails_from_one_address_get_a_page_that_says_wait(client: Client) -> None:
    a_restaurant()
    answers = [
        client.post(LOGIN, {"login": f"u{n}@kopi.example", "password": "wrong-horse"}) for n in range(40)
    ]
    refused = [answer for answer in answers if answer.status_code == 429]
    said = answers[-1].content.decode()
    assert refused or "Too many" in said
    assert not sign_in(client, "owner@kopi.example")


def test_a_wrong_proxy_count_is_logged_for_the_operator(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    a_restaurant()
    wrong = {"login": "owner@kopi.example", "password": "wrong-horse-battery"}
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=3):
        response = client.post(LOGIN, wrong, headers={"x-forwarded-for": "192.0.2.7"})
    assert response.status_code == 503
    assert "Nobody can sign in right now" in response.content.decode()
    assert "DUITPOS_PROXY_COUNT" in caplog.text


@pytest.mark.parametrize("name", ["csrftoken", "messages", "guest"])
def test_a_zero_byte_in_another_cookie_changes_nothing(client: Client, name: str) -> None:
    headers = {"cookie": f'{name}="\\000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"'}
    assert client.get(LOGIN, headers=headers).status_code == 200


def test_signing_out_asks_first_and_ends_the_session(client: Client) -> None:
    sign_in(client, a_restaurant().owner.user.email)
    assert "Sign out?" in client.get("/accounts/logout/").content.decode()
    assert client.get("/kopi/dashboard/orders/").status_code == 200
    assert client.post("/accounts/logout/").headers["Location"] == LOGIN
    assert client.get("/kopi/dashboard/orders/").status_code == 302


# -- a new password ---------------------------------------------------------------------------------------


def mailed_link() -> str:
    (message,) = mail.outbox
    found = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", str(message.body))
    assert found, message.body
    return found[1]


def test_a_forgotten_password_is_replaced_by_a_mailed_link(client: Client) -> None:
    a_restaurant()
    response = client.post("/accounts/password/reset/", {"email": "owner@kopi.example"})
    assert response.headers["Location"] == "/accounts/password/reset/done/"
    assert mail.outbox[0].subject == "Choose a new password"
    form = client.get(mailed_link(), follow=True)
    assert "New password" in form.content.decode()
    address = form.redirect_chain[-1][0]
    new = {"password1": "a-quite-new-password", "password2": "a-quite-new-password"}
    assert client.post(address, new).headers["Location"] == "/accounts/password/reset/key/done/"
    assert client.get("/accounts/password/reset/key/done/").status_code == 200
    assert not sign_in(client, "owner@kopi.example")
    assert sign_in(client, "owner@kopi.example", "a-quite-new-password")


def test_the_link_works_once(client: Client) -> None:
    a_restaurant()
    client.post("/accounts/password/reset/", {"email": "owner@kopi.example"})
    link = mailed_link()
    address = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(address, {"password1": "a-quite-new-password", "password2": "a-quite-new-password"})
    assert "does not work any more" in Client().get(link).content.decode()


def test_a_weak_new_password_is_refused_beside_its_field(client: Client) -> None:
    a_restaurant()
    client.post("/accounts/password/reset/", {"email": "owner@kopi.example"})
    address = client.get(mailed_link(), follow=True).redirect_chain[-1][0]
    page = client.post(address, {"password1": "short", "password2": "short"}).content.decode()
    assert "at least 10 characters" in page
    assert "autofocus" in page
    assert sign_in(client, "owner@kopi.example")


def test_the_mailed_link_ignores_the_requests_host(client: Client) -> None:
    a_restaurant()
    client.post("/accounts/password/reset/", {"email": "owner@kopi.example"}, headers={"host": "localhost"})
    assert "http://testserver/" in str(mail.outbox[0].body)


def test_an_unknown_address_gets_no_link_and_the_page_says_the_same(client: Client) -> None:
    response = client.post("/accounts/password/reset/", {"email": "nobody@kopi.example"})
    assert response.headers["Location"] == "/accounts/password/reset/done/"
    assert mail.outbox == []


# -- what is not there ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "signup/",
        "email/",
        "password/set/",
        "reauthenticate/",
        "confirm-email/",
        "login/code/",
        "3rdparty/",
    ],
)
def test_allauths_other_pages_are_not_reachable(client: Client, path: str) -> None:
    assert client.get(f"/accounts/{path}").status_code == 404
    sign_in(client, a_restaurant().owner.user.email)
    assert client.get(f"/accounts/{path}").status_code == 404


def test_the_list_of_sign_in_pages_is_short() -> None:
    names = {
        name for name in get_resolver().reverse_dict if isinstance(name, str) and name.startswith("account")
    }
    assert names == {
        "account_login",
        "account_logout",
        "account_inactive",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_change_password",
        "account_reauthenticate",
        "account_join",
        "account_sign_up",
        "account_sign_up_sent",
        "account_open",
        "account_open_by_link",
        "accounts_restaurants",
    }


def test_the_bare_url_redirects(client: Client) -> None:
    assert client.get("/accounts/").headers["Location"] == reverse("accounts_restaurants")
