"""Large and truncated request bodies are refused."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpResponse
from django.test import Client, RequestFactory

SIZE = 5 * 1024 * 1024


@pytest.mark.parametrize("path", ["/kopi/t/x/checkout/", "/kopi/webhooks/stripe/", "/accounts/login/"])
def test_a_large_body_is_refused_unread(client: Client, path: str) -> None:
    file = BytesIO(b"x" * SIZE)
    file.name = "large.jpg"
    answer = client.post(path, {"file": file})
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["-1", "\u00b2", "9" * 5000])
def test_an_invalid_length_is_refused(client: Client, length: str) -> None:
    assert client.get("/healthz", CONTENT_LENGTH=length).status_code == 413


@pytest.mark.parametrize("path", ["/kopi/t/x/checkout/", "/kopi/webhooks/stripe/", "/accounts/login/"])
def test_a_body_of_unknown_length_is_refused_with_a_sentence(client: Client, path: str) -> None:
    answer = client.post(path, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")
    assert answer.status_code == 411
    assert "did not say how long it is" in answer.content.decode()


def test_a_refusal_has_the_security_headers_of_any_page(client: Client) -> None:
    answer = client.post("/accounts/login/", CONTENT_LENGTH=str(SIZE))
    assert answer.status_code == 413
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/kopi/t/x/checkout/", "/kopi/webhooks/stripe/", "/accounts/login/"])
def test_a_truncated_body_is_refused_and_nothing_is_done(path: str) -> None:
    """The Content-Length is that of the whole body. A quantity of 12 would become 1."""
    body = b"step=review&q-0=1"
    request = RequestFactory().post(path, body, content_type="application/x-www-form-urlencoded")
    environ = {**request.environ, "CONTENT_LENGTH": str(len(body) + 1), "wsgi.input": BytesIO(body)}
    answer = WSGIHandler().get_response(WSGIRequest(environ))
    assert isinstance(answer, HttpResponse)
    assert answer.status_code == 400
    assert "Only a part of this request arrived" in answer.content.decode()


@pytest.mark.django_db
def test_a_multipart_form_without_its_end_is_refused(client: Client) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="login"\r\n\r\nab'
    # The second ends like a boundary, but that is part of the guest's text.
    for text, status in ((body, 400), (body + b"--", 400), (body + b"c\r\n--x--\r\n", 200)):
        kind = "multipart/form-data; boundary=x"
        answer = client.generic("POST", "/accounts/login/", text, content_type=kind)
        assert answer.status_code == status


@pytest.mark.django_db
def test_a_form_with_too_many_fields_is_refused(client: Client) -> None:
    answer = client.post("/accounts/login/", {f"q-{number}": "1" for number in range(2001)})
    assert answer.status_code == 400
