"""The audit log: what every writer leaves in it, and that no secret can."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from duitpos.domain.audit.read import AuditFilters, entries
from duitpos.domain.audit.record import FIELDS, KeyChange, record_change
from duitpos.domain.errors import DomainError, Forbidden
from duitpos.domain.menus.edit.bulk_prices import Which, apply_change, preview
from duitpos.domain.menus.edit.items import ItemDraft, add_item, edit_item
from duitpos.domain.menus.edit.price_rules import PriceChange, Way
from duitpos.domain.menus.eighty_six import Stocked, back, set_stock, sold_out
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.people.refund_limits import set_limits
from duitpos.domain.processor_accounts.accounts import record_key
from duitpos.domain.processor_accounts.offers import set_offers
from duitpos.domain.processor_accounts.types import create_type, delete_type, edit_type
from duitpos.domain.reporting.day_close.mail_setting import set_day_close_mail
from duitpos.domain.staff_actions.alert_policies import set_policy
from duitpos.domain.staff_actions.pause import pause, resume
from duitpos.domain.staff_actions.service_style import set_service_style
from duitpos.domain.tables.rotate import rotate_all
from duitpos.kit.money import Money
from duitpos.models import AuditEntry, Order, ProcessorAccount, Tenant
from duitpos.models.audit import AuditKind
from duitpos.models.payment_setup import Channel, PaymentKind
from tests.support.restaurant import Restaurant, a_member, a_restaurant, a_table, an_item
from tests.support.unlike_stripe import ONLY_TOTAL, FakeShop, capabilities, fake_shop

pytestmark = pytest.mark.django_db
SECRETS = ("sk_test_51abcdefghijklmnopqrstuvwx", "whsec_4Xk0yJzWq2bVn8RtLpE6sHcA1uDfGm3o")


def log(tenant: Tenant, kind: AuditKind) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Subject, before and after, newest first."""
    rows, _more = entries(tenant, AuditFilters(kind=kind))
    return [(row.subject, row.before, row.after) for row in rows]


def test_settings() -> None:
    kopi = a_restaurant()
    a_table(kopi.location)
    set_service_style(kopi.owner, kopi.location, "collected")
    set_service_style(kopi.owner, kopi.location, "collected")
    set_day_close_mail(kopi.owner, kopi.location, "daily")
    set_policy(kopi.owner, "late_money", is_on=True, action="refund", after_minutes=15)
    rotate_all(kopi.owner, kopi.location)
    assert log(kopi.tenant, AuditKind.SETTINGS) == [
        ("Bangsar", {}, {"table_codes": 1}),
        (
            "late_money",
            {"rule_is_on": False},
            {"rule_is_on": True, "rule_action": "refund", "rule_minutes": 15},
        ),
        ("Bangsar", {"day_close_mail": "off"}, {"day_close_mail": "daily"}),
        ("Bangsar", {"service_style": "brought"}, {"service_style": "collected"}),
    ]


def rm(minor: int) -> dict[str, Any]:
    return {"minor": minor, "currency": "MYR"}


def test_prices_one_by_one_and_at_once() -> None:
    kopi = a_restaurant()
    section = an_item(kopi.tenant).section
    item = add_item(kopi.owner, section.id, "Kopi O", 250, "MYR")
    draft = ItemDraft(section.id, "Kopi O", 280, "MYR", prices={kopi.location.id: 300})
    edit_item(kopi.owner, item.id, 1, draft)
    edit_item(kopi.owner, item.id, 2, ItemDraft(section.id, "Kopi O", 280, "MYR"))
    found = log(kopi.tenant, AuditKind.PRICE)
    # Two of one edit have the same moment.
    assert found[0] == ("Kopi O", {"price": rm(300)}, {})
    assert ("Kopi O", {}, {"price": rm(300)}) in found[1:3]
    assert ("Kopi O", {"price": rm(250)}, {"price": rm(280)}) in found[1:3]
    assert found[3:] == [("Kopi O", {}, {"price": rm(250)})]
    which, change = Which("MYR"), PriceChange(Way.PERCENT, 1000)
    seen = {row.item_id: row.old for row in preview(kopi.tenant, which, change)}
    assert apply_change(kopi.owner, which, change, seen).changed == 2
    assert ("Kopi O", {"price": rm(280)}, {"price": rm(308)}) in log(kopi.tenant, AuditKind.PRICE)


def test_payment_types() -> None:
    kopi = a_restaurant()
    made = create_type(kopi.owner, "QR", "DuitNow", kind=PaymentKind.CASH)
    edit_type(kopi.owner, made.id, "QR", "DuitNow QR", False)
    made.refresh_from_db()
    set_offers(kopi.owner, made, {(kopi.location.id, next(iter(Channel))): False})
    delete_type(kopi.owner, made.id)
    deleted, offered, edited, created = log(kopi.tenant, AuditKind.PAYMENT_TYPE)
    assert created[2] == {
        "code": "QR",
        "name": "DuitNow",
        "guest_name": "",
        "is_active": True,
        "kind": "cash",
    }
    assert edited[1:] == (
        {"name": "DuitNow", "is_active": True},
        {"name": "DuitNow QR", "is_active": False},
    )
    assert len(offered[1]["offered"]) == 1
    assert offered[2] == {"offered": []}
    assert deleted[1]["name"] == "DuitNow QR"
    assert deleted[2] == {}


def test_limits_pauses_and_what_is_sold_out() -> None:
    kopi = a_restaurant()
    set_limits(kopi.owner, {("cashier", "MYR"): 500, ("manager", "MYR"): None})
    assert log(kopi.tenant, AuditKind.REFUND_LIMIT) == [("cashier", {"most": rm(0)}, {"most": rm(500)})]
    cook = a_member(kopi.tenant)
    pause(cook, kopi.location, "open", "Back soon", seen=None)
    kopi.location.refresh_from_db()
    resume(cook, kopi.location, seen=kopi.location.paused_at)
    assert log(kopi.tenant, AuditKind.PAUSE) == [
        ("Bangsar", {"paused": True, "pause_message": "Back soon"}, {"paused": False, "pause_message": ""}),
        ("Bangsar", {"paused": False, "pause_message": ""}, {"paused": True, "pause_message": "Back soon"}),
    ]
    item = an_item(kopi.tenant)
    sold_out(cook, kopi.location, Stocked.ITEM, item.id, "open")
    set_stock(cook, kopi.location, item.id, "limited", 4)
    back(cook, kopi.location, Stocked.ITEM, item.id)
    assert [(one[1]["status"], one[2]["status"]) for one in log(kopi.tenant, AuditKind.SOLD_OUT)] == [
        ("limited", "in_stock"),
        ("out_of_stock", "limited"),
        ("in_stock", "out_of_stock"),
    ]
    assert {row.member_id for row in entries(kopi.tenant, AuditFilters(member_id=cook.id))[0]} == {cook.id}


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[FakeShop]:
    with fake_shop(monkeypatch, capabilities(ONLY_TOTAL)) as shop:
        yield shop


def test_a_refund_by_staff_is_there_once(fake: FakeShop) -> None:
    payment = fake.paid()
    for _ in range(2):
        refund_payment(fake.restaurant.owner, payment.id, "late")
    ((subject, before, after),) = log(fake.tenant, AuditKind.REFUND)
    order = Order.objects.get(tenant=fake.tenant)
    assert order.label, "the order was placed"
    assert subject == f"#{order.label}", "as on the screens, where a test order has a number of its own"
    assert (before, after) == ({}, {"amount": rm(payment.amount_minor)})


def test_a_change_that_is_refused_leaves_nothing() -> None:
    kopi = a_restaurant()
    cook = a_member(kopi.tenant)
    ways: list[Callable[[], object]] = [
        lambda: set_service_style(cook, kopi.location, "collected"),
        lambda: set_service_style(kopi.owner, kopi.location, "thrown"),
        lambda: create_type(kopi.owner, "CASH", "Twice"),
        lambda: resume(kopi.owner, a_restaurant("teh").location, seen=None),
    ]
    for way in ways:
        with pytest.raises(DomainError):
            way()
    assert not AuditEntry.objects.filter(tenant=kopi.tenant).exists()


def hostile(kopi: Restaurant, secret: str) -> None:
    """Everything with a text that people type, typed with a secret in it."""
    section = an_item(kopi.tenant).section
    made = create_type(kopi.owner, "QR", f"n {secret}"[:60], kind=PaymentKind.CASH)
    edit_type(kopi.owner, made.id, "QR", "ok", True, guest_name=secret)
    pause(kopi.owner, kopi.location, "open", f"call {secret}", seen=None)
    item = add_item(kopi.owner, section.id, f"Kopi {secret}", 250, "MYR")
    sold_out(kopi.owner, kopi.location, Stocked.ITEM, item.id, "open")
    account = ProcessorAccount(tenant=kopi.tenant, payment_type=made, processor="stripe", name=secret)
    record_key(kopi.owner, account)


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_that_somebody_typed_where_it_does_not_belong_is_not_kept(secret: str) -> None:
    kopi = a_restaurant()
    hostile(kopi, secret)
    rows = AuditEntry.objects.filter(tenant=kopi.tenant)
    assert {AuditKind.PAYMENT_TYPE, AuditKind.PAUSE, AuditKind.PRICE, AuditKind.SOLD_OUT, AuditKind.KEY} == {
        AuditKind(row.kind) for row in rows
    }
    stored = json.dumps([[row.subject, row.before, row.after] for row in rows])
    assert secret not in stored
    assert secret[:-4] not in stored


@pytest.mark.parametrize("kind", list(AuditKind))
def test_every_kind_takes_its_own_fields_only(kind: AuditKind) -> None:
    kopi = a_restaurant()
    for field in FIELDS[kind]:
        value = KeyChange.CHANGED if kind is AuditKind.KEY else "x"
        record_change(kopi.owner, kind, "it", {}, {field: value})
    assert AuditEntry.objects.filter(tenant=kopi.tenant).count() == len(FIELDS[kind])
    for field in ("secret_key", "password", "credentials", "token"):
        with pytest.raises(ValueError, match="does not have"):
            record_change(kopi.owner, kind, "it", {}, {field: "x"})


@pytest.mark.parametrize("value", [*SECRETS, "changed", "", 7, None, ["changed"], Money(1, "MYR")])
def test_of_a_key_nothing_but_that_it_was_changed(value: Any) -> None:
    kopi = a_restaurant()
    with pytest.raises(ValueError, match="only that it was changed"):
        record_change(kopi.owner, AuditKind.KEY, "it", {}, {"key": value})


def test_long_texts_and_control_characters() -> None:
    kopi = a_restaurant()
    record_change(kopi.owner, AuditKind.PAUSE, "a\x00b\n" + "x" * 500, {}, {"pause_message": "y" * 5000})
    ((subject, _before, after),) = log(kopi.tenant, AuditKind.PAUSE)
    assert "\x00" not in subject
    assert max(len(subject), len(after["pause_message"])) <= 120


def test_a_member_cannot_write_into_another_restaurants_log() -> None:
    kopi, teh = a_restaurant(), a_restaurant("teh")
    with pytest.raises(DomainError):
        set_service_style(kopi.owner, teh.location, "collected")
    with pytest.raises(Forbidden):
        set_limits(a_member(kopi.tenant), {})
    assert not AuditEntry.objects.filter(tenant__in=[kopi.tenant, teh.tenant]).exists()
