"""M76, M77: database outages and truncated requests."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import stripe
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory

from duitpos.domain.checkout.checkout import checkout
from duitpos.domain.checkout.results import GoToProcessor
from tests.support.at_once import event_of
from tests.support.shop import WEBHOOK_SECRET, Shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_m76_a_checkout_while_the_database_is_gone_loses_nothing(webhookless_shop: Shop) -> None:
    """The same request a moment later makes the same order."""
    shop = webhookless_shop
    request = shop.request()

    def fail(execute: Callable[..., Any], sql: str, *words: Any) -> Any:
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(fail), pytest.raises(OperationalError):
        checkout(request)
    assert shop.sandbox.listed("sessions") == []
    assert isinstance(checkout(request), GoToProcessor)
    assert isinstance(checkout(request), GoToProcessor)
    assert len(shop.orders()) == 1
    assert len(shop.sandbox.listed("sessions")) == 1


@pytest.mark.parametrize("missing", [1, 100])
def test_m77_a_webhook_that_was_cut_off_changes_nothing(webhookless_shop: Shop, missing: int) -> None:
    """The complete request, delivered again, settles."""
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    body = json.dumps(event_of(shop, "checkout.session.completed")).encode()
    signature = stripe.WebhookSignature.generate_signature_header(body.decode(), WEBHOOK_SECRET)
    path = f"/{shop.tenant.slug}/webhooks/stripe/"
    headers = {"HTTP_STRIPE_SIGNATURE": signature}
    cut = RequestFactory().post(path, body, content_type="application/json", **headers)
    environ = {**cut.environ, "wsgi.input": BytesIO(body[:-missing])}
    assert WSGIHandler().get_response(WSGIRequest(environ)).status_code == 400
    assert shop.fresh(payment).status == "pending"
    assert shop.events() == []
    answer = Client().post(
        path, body, content_type="application/json", headers={"stripe-signature": signature}
    )
    assert answer.status_code == 200
    assert shop.fresh(payment).status == "succeeded"
