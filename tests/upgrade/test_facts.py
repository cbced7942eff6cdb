"""Migration 0012 there and back, on both databases: what was written stays, and codes become words that fit."""

from __future__ import annotations

import pytest
from django.db import connection

from duitpos.domain.alerts.open import Resolution
from duitpos.domain.reasons import Reason
from duitpos.kit.clock import now
from duitpos.kit.facts import facts, quoted
from duitpos.kit.ids import uuid7
from duitpos.kit.tenancy import across_tenants
from duitpos.models import Alert, PaymentType, ProcessorAccount, Tenant
from duitpos.models.alert import AlertKind
from tests.support.restaurant import a_restaurant
from tests.upgrade.steps import go_forward, go_to

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BEFORE = ("duitpos", "0011_languages")


def go_back() -> None:
    go_to(BEFORE)


def texts_of(tenant: Tenant) -> list[tuple[str, ...]]:
    """The columns as the version before reads them."""
    tenant_id = str(tenant.id) if connection.vendor == "postgresql" else tenant.id.hex
    read = ("detail, resolution FROM duitpos_alert", "problem, start_problem FROM duitpos_processoraccount")
    found = []
    with across_tenants("a test reads columns that no model has"), connection.cursor() as cursor:
        for columns in read:
            cursor.execute(f"SELECT {columns} WHERE tenant_id = %s", [tenant_id])
            found.append(cursor.fetchone())
    return found


def test_there_and_back() -> None:
    tenant = a_restaurant().tenant
    said = "The bank said “no”, it's over."
    Alert.objects.create(
        tenant=tenant,
        kind=AlertKind.DISPUTE,
        subject_id=uuid7(),
        opened_at=now(),
        facts=quoted(said),
        resolution=facts(Resolution.LOOKED_AT),
    )
    ProcessorAccount.objects.create(
        tenant=tenant,
        payment_type=PaymentType.objects.filter(tenant=tenant).latest("position"),
        processor="stripe",
        start_problem=facts(Reason.INTERNAL_ERROR, error="a code has no words of its own"),
    )
    try:
        go_back()
        assert texts_of(tenant) == [(said, "looked_at"), ("", "internal_error")]
    finally:
        go_forward()
    alert = Alert.objects.get(tenant=tenant)
    assert (alert.facts, alert.resolution) == (quoted(said), quoted("looked_at"))
    account = ProcessorAccount.objects.get(tenant=tenant)
    assert (account.problem, account.start_problem) == ({}, quoted("internal_error"))
