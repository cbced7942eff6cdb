"""Bodies are refused by their size before anything reads them."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client

SIZE = 5 * 1024 * 1024


@pytest.mark.parametrize("path", ["/kopi/t/x/checkout/", "/kopi/webhooks/stripe/", "/accounts/login/"])
def test_a_large_body_is_refused_unread(client: Client, path: str) -> None:
    file = BytesIO(b"x" * SIZE)
    file.name = "large.jpg"
    answer = client.post(path, {"file": file})
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["-1", "\u00b2", "9" * 5000])
def test_a_length_that_is_none_is_refused(client: Client, length: str) -> None:
    assert client.get("/healthz", CONTENT_LENGTH=length).status_code == 413


@pytest.mark.parametrize("path", ["/kopi/t/x/checkout/", "/kopi/webhooks/stripe/", "/accounts/login/"])
def test_a_body_of_unknown_length_is_refused_in_words(client: Client, path: str) -> None:
    answer = client.post(path, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")
    assert answer.status_code == 411
    assert "did not say how long it is" in answer.content.decode()


def test_a_refusal_is_as_guarded_as_any_page(client: Client) -> None:
    answer = client.post("/accounts/login/", CONTENT_LENGTH=str(SIZE))
    assert answer.status_code == 413
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
