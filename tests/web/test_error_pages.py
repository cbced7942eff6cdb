"""Error pages: a sentence and a way back, without anything that might fail again."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from django.views.defaults import server_error

from tests.support.restaurant import a_restaurant


@pytest.mark.django_db
def test_an_unknown_url(client: Client) -> None:
    response = client.get("/kopi/no/such/page/")
    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/kopi/dashboard/no/such/", "/kopi/kitchen/no/such/page/", "/accounts/nothing/"]
)
def test_staff_are_not_sent_to_the_code_on_a_table(client: Client, path: str) -> None:
    client.force_login(a_restaurant().owner.user, "allauth.account.auth_backends.AuthenticationBackend")
    response = client.get(path)
    page = response.content.decode()
    assert response.status_code == 404
    assert "code on your table" not in page
    assert "/accounts/restaurants/" in page


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/kopi/t/gone/", "/kopi/o/gone/", "/nobody/", "/kopi/no/such/page/"])
def test_an_error_page_is_not_cached(client: Client, path: str) -> None:
    a_restaurant()
    response = client.get(path)
    assert response.status_code == 404
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.django_db
def test_a_form_from_another_site_is_refused_with_a_sentence() -> None:
    restaurant = a_restaurant()
    client = Client(enforce_csrf_checks=True)
    client.force_login(restaurant.owner.user, "allauth.account.auth_backends.AuthenticationBackend")
    response = client.post("/kopi/dashboard/tables/add/", {"location": "bangsar", "name": "1"})
    assert response.status_code == 403
    assert "Nothing was sent and nothing was lost" in response.content.decode()


def test_a_crash_shows_a_page_that_needs_no_database(rf: RequestFactory) -> None:
    response = server_error(rf.get("/"))
    assert response.status_code == 500
    assert b"do not pay again" in response.content


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded; charset=utf-16", "multipart/form-data"])
def test_a_malformed_form_is_refused_with_a_sentence(kind: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32
    response = client.post("/accounts/login/", "login=a", content_type=kind)
    assert response.status_code in (400, 403)
    assert "Nothing was" in response.content.decode()
    assert "default-src" in response.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_a_page_that_may_link_a_phones_order_is_not_cached(client: Client) -> None:
    a_restaurant()
    client.cookies["guest"] = "A" * 22
    response = client.get("/kopi/t/no-such-token-at-all/")
    assert response.status_code == 404
    assert {"private", "no-store"} <= set(response.headers["Cache-Control"].split(", "))
