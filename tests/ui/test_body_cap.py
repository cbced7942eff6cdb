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


def test_a_length_that_is_none_is_refused(client: Client) -> None:
    assert client.get("/healthz", CONTENT_LENGTH="-1").status_code == 413
