"""Migration 0017 there and back, on both databases: "counter" becomes the kind that the owner's words name."""

from __future__ import annotations

import pytest
from django.db import connection

from duitpos.kit.tenancy import across_tenants
from duitpos.models import PaymentType
from tests.support.restaurant import a_restaurant
from tests.upgrade.steps import go_forward, go_to

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BEFORE = ("duitpos", "0016_credentials")
TYPES = {
    "CASH": ("Tunai", "cash"),
    "2": ("Cash at the bar", "cash"),
    "TERMINAL": ("Maybank", "card_terminal"),
    "4": ("Credit cards", "card_terminal"),
    "5": ("Kad debit", "card_terminal"),
    "E_WALLET": ("Touch 'n Go", "e_wallet"),
    "7": ("DuitNow QR", "e_wallet"),
    "VOUCHER": ("Vouchers", "cash"),
}


def go_back() -> None:
    go_to(BEFORE)


def test_there_and_back() -> None:
    tenants = [a_restaurant("kopi").tenant, a_restaurant("teh").tenant]
    for tenant in tenants:
        PaymentType.objects.filter(tenant=tenant, code="CASH")._raw_delete("default")
        for code, (name, _) in TYPES.items():
            PaymentType.objects.create(tenant=tenant, code=code, name=name, kind="card_terminal")
    try:
        go_back()
        with across_tenants("a test reads every row"), connection.cursor() as cursor:
            cursor.execute("SELECT kind, count(*) FROM duitpos_paymenttype GROUP BY kind ORDER BY kind")
            assert cursor.fetchall() == [("counter", 2 * len(TYPES)), ("online", 2)]
    finally:
        go_forward()
    for tenant in tenants:
        found = dict(PaymentType.objects.filter(tenant=tenant).values_list("code", "kind"))
        assert found == {"ONLINE": "online", **{code: kind for code, (_, kind) in TYPES.items()}}
