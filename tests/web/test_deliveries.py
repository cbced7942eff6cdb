"""A processor's delivery is answered before what only pages need."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpResponse
from django.test import Client

from duitpos.web.content_policy import HEADER
from tests.support.restaurant import a_restaurant

pytestmark = pytest.mark.django_db
ACCOUNT = "01a218f0-e093-7eee-bceb-f583bb380ace"


class _Reached(Exception):
    """A page's middleware was asked."""


@pytest.fixture
def pages_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def reach(self: Any, request: Any) -> None:
        raise _Reached

    monkeypatch.setattr(SessionMiddleware, "process_request", reach)


def post(path: str) -> HttpResponse:
    answer: HttpResponse = Client().post(path, b"{}", content_type="application/json")  # type: ignore[assignment]
    return answer


@pytest.mark.parametrize("path", ["stripe/", "stripe", f"stripe/{ACCOUNT}/", f"stripe/{ACCOUNT}"])
def test_a_delivery_reaches_no_session(pages_only: None, path: str) -> None:
    a_restaurant("kopi")
    answer = post(f"/kopi/webhooks/{path}")
    assert (answer.status_code, answer.content) == (400, b"no_secret")
    assert answer["Cache-Control"] == "private, no-store"
    assert HEADER in answer


@pytest.mark.parametrize(
    "path", ["/kopi/dashboard/", "/kopi/webhooks/", "/kopi/webhooks/a/b/c/", "/kopi/t/webhooks/"]
)
def test_any_other_page_does(pages_only: None, path: str) -> None:
    """The control."""
    with pytest.raises(_Reached):
        post(path)


def test_a_delivery_to_no_restaurant_of_ours_is_404(pages_only: None) -> None:
    answer = post("/nobody/webhooks/stripe/")
    assert (answer.status_code, answer.content) == (404, b"unknown")


def test_another_method_is_405(pages_only: None) -> None:
    a_restaurant("kopi")
    assert Client().get("/kopi/webhooks/stripe/").status_code == 405


def test_an_unexpected_error_is_500() -> None:
    a_restaurant("kopi")
    client = Client(raise_request_exception=False)
    with mock.patch("duitpos.webhooks.views.receive", side_effect=ValueError):
        assert (
            client.post("/kopi/webhooks/stripe/", b"{}", content_type="application/json").status_code == 500
        )
