"""Migration 0015 there and back, on both databases: a payment's ids and its page stay."""

from __future__ import annotations

import pytest
from django.db import connection

from duitpos.kit.clock import now
from duitpos.kit.tenancy import across_tenants
from duitpos.models import Payment, PaymentReference, PaymentType, ProcessorAccount, WebhookEvent
from duitpos.processors.references import Reference
from tests.support.restaurant import a_restaurant
from tests.upgrade.steps import go_forward, go_to

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BEFORE = ("duitpos", "0014_help_texts")
PAGE = {"redirect": "https://pay.example/c/1?a=b&c=“d”"}


def as_before() -> tuple[str, ...]:
    with across_tenants("a test reads columns that no model has"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT intent_reference, charge_reference, redirect_url, external_id"
            " FROM duitpos_payment, duitpos_webhookevent"
        )
        found: tuple[str, ...] = cursor.fetchone()
    return found


def test_there_and_back() -> None:
    tenant = a_restaurant().tenant
    kind = PaymentType.objects.filter(tenant=tenant).latest("position")
    account = ProcessorAccount.objects.create(tenant=tenant, payment_type=kind, processor="stripe")
    payment = Payment.objects.create(
        tenant=tenant,
        account=account,
        payment_type=kind,
        amount_minor=2500,
        currency="MYR",
        created_at=now(),
        reference="cs_1",
        next_step=PAGE,
    )
    for named in (Reference("payment_intent", "pi_1"), Reference("charge", "ch_1")):
        PaymentReference.objects.create(
            tenant=tenant, account=account, payment=payment, kind=named.kind, value=named.value
        )
    WebhookEvent.objects.create(
        tenant=tenant, account=account, dedupe_key="evt_1", type="x", state="done", received_at=now()
    )
    try:
        go_to(BEFORE)
        assert as_before() == ("pi_1", "ch_1", PAGE["redirect"], "evt_1")
    finally:
        go_forward()
    rows = PaymentReference.objects.filter(tenant=tenant, payment=payment, account=account)
    assert set(rows.values_list("kind", "value")) == {("payment_intent", "pi_1"), ("charge", "ch_1")}
    assert Payment.objects.get(tenant=tenant).next_step == PAGE
    assert WebhookEvent.objects.get(tenant=tenant).dedupe_key == "evt_1"
