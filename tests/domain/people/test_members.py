"""Roles and access of people, and the owner that a restaurant keeps."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from duitpos.domain.errors import Code, Conflict, DomainError, Forbidden, Gone, Invalid
from duitpos.domain.people import members
from duitpos.domain.people.members import member_of, members_of, set_active, set_role
from duitpos.models import AuditEntry, Membership
from tests.support.at_once import at_once
from tests.support.restaurant import PASSWORD, Restaurant, a_member, a_restaurant

pytestmark = pytest.mark.django_db


def roles(restaurant: Restaurant) -> dict[str, tuple[str, bool]]:
    rows = [one.membership for one in members_of(restaurant.tenant)]
    return {row.user.email: (row.role, row.is_active) for row in rows}


def test_a_role_is_changed_and_recorded() -> None:
    shop = a_restaurant()
    cook = a_member(shop.tenant)
    set_role(shop.owner, cook, "manager")
    assert roles(shop)[cook.user.email] == ("manager", True)
    entry = AuditEntry.objects.get(tenant=shop.tenant)
    assert (entry.member, entry.before, entry.after) == (shop.owner, {"role": "kitchen"}, {"role": "manager"})


def test_the_same_role_again_changes_and_records_nothing() -> None:
    shop = a_restaurant()
    set_role(shop.owner, shop.owner, "owner")
    assert not AuditEntry.objects.filter(tenant=shop.tenant).exists()


def test_access_ends_at_once_and_can_be_given_back(client: Client) -> None:
    shop = a_restaurant()
    cashier = a_member(shop.tenant, "cashier")
    client.post("/accounts/login/", {"login": cashier.user.email, "password": PASSWORD})
    assert client.get("/kopi/dashboard/orders/").status_code == 200
    set_active(shop.owner, cashier, is_active=False)
    assert client.get("/kopi/dashboard/orders/").status_code == 302, "signed out"
    set_active(shop.owner, member_of(shop.tenant, cashier.id), is_active=True)
    client.post("/accounts/login/", {"login": cashier.user.email, "password": PASSWORD})
    assert client.get("/kopi/dashboard/orders/").status_code == 200


def test_who_works_elsewhere_stays_signed_in_there(client: Client) -> None:
    shop, other = a_restaurant(), a_restaurant("teh")
    cashier = a_member(shop.tenant, "cashier")
    Membership.objects.create(tenant=other.tenant, user=cashier.user, role="cashier")
    client.post("/accounts/login/", {"login": cashier.user.email, "password": PASSWORD})
    set_active(shop.owner, cashier, is_active=False)
    assert client.get("/kopi/dashboard/orders/").status_code == 404
    assert client.get("/teh/dashboard/orders/").status_code == 200


@pytest.mark.parametrize("how", ["role", "access"])
def test_the_last_owner_stays(how: str) -> None:
    shop = a_restaurant()
    former = a_member(shop.tenant, "owner", "former@kopi.example")
    set_active(shop.owner, former, is_active=False)
    gone = a_member(shop.tenant, "owner", "gone@kopi.example")
    gone.user.is_active = False
    gone.user.save()
    with pytest.raises(Conflict) as refused:
        take_away(shop.owner, shop.owner, how)
    assert refused.value.code == Code.LAST_OWNER
    assert roles(shop)["owner@kopi.example"] == ("owner", True)
    second = a_member(shop.tenant, "owner", "second@kopi.example")
    take_away(second, shop.owner, how)


def take_away(by: Membership, target: Membership, how: str) -> None:
    if how == "role":
        set_role(by, target, "manager")
    else:
        set_active(by, target, is_active=False)


def test_what_changed_meanwhile_is_not_overwritten() -> None:
    shop = a_restaurant()
    cook = a_member(shop.tenant)
    seen = member_of(shop.tenant, cook.id)
    set_role(shop.owner, cook, "cashier")
    with pytest.raises(Conflict) as refused:
        set_role(shop.owner, seen, "owner")
    assert refused.value.code == Code.MEMBER_CHANGED
    assert roles(shop)[cook.user.email] == ("cashier", True)


def test_who_lost_the_role_meanwhile_changes_nothing() -> None:
    shop = a_restaurant()
    former = a_member(shop.tenant, "owner", "former@kopi.example")
    cook = a_member(shop.tenant)
    set_role(shop.owner, member_of(shop.tenant, former.id), "cashier")
    with pytest.raises(Conflict) as refused:
        set_role(former, cook, "owner")
    assert refused.value.code == Code.MEMBER_CHANGED
    assert roles(shop)[cook.user.email] == ("kitchen", True)


def test_bad_input_and_rights() -> None:
    shop, other = a_restaurant(), a_restaurant("teh")
    with pytest.raises(Invalid):
        set_role(shop.owner, shop.owner, "chef")
    for role in ("manager", "cashier", "kitchen"):
        with pytest.raises(Forbidden):
            set_role(a_member(shop.tenant, role), shop.owner, "kitchen")
    for unknown in (uuid4(), other.owner.id):
        with pytest.raises(Gone):
            member_of(shop.tenant, unknown)


@pytest.mark.parametrize("count", [0, 60])
def test_the_list_costs_three_queries(count: int) -> None:
    shop = a_restaurant()
    for number in range(count):
        a_member(shop.tenant, "kitchen", f"cook-{number}@kopi.example")
    with CaptureQueriesContext(connection) as seen:
        assert len(members_of(shop.tenant)) == count + 1
    assert len(seen) == 3


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize("how", ["role", "access"])
def test_two_owners_who_remove_each_other_at_once_leave_one(
    monkeypatch: pytest.MonkeyPatch, guarded: bool, how: str
) -> None:
    """Control: with a look at the other owners alone, both are removed (where writers run side by side)."""
    shop = a_restaurant()
    second = a_member(shop.tenant, "owner", "second@kopi.example")
    if not guarded:
        monkeypatch.setattr(members, "_require_another_owner", _only_look(shop))
        # SQLite's writers come one after the other, and this notices it, too.
        monkeypatch.setattr(members, "_require_still_there", lambda by: None)

    def remove(by: Membership, target: Membership) -> Any:
        try:
            take_away(by, target, how)
        except DomainError as error:
            return error.code
        return None

    done = at_once([lambda: remove(shop.owner, second), lambda: remove(second, shop.owner)])
    owners = Membership.objects.filter(tenant=shop.tenant, role="owner", is_active=True).count()
    if guarded:
        assert sorted(map(str, done)) == ["None", Code.LAST_OWNER]
        assert owners == 1
    else:
        assert owners == 0


def _only_look(shop: Restaurant) -> Any:
    """Both have looked before either writes."""
    import threading

    both = threading.Barrier(2, timeout=60)
    looked = threading.local()

    def look(target: Membership) -> None:
        if connection.vendor == "sqlite":
            return  # writers run one after the other there: the look alone is what is left out
        others = Membership.objects.filter(tenant=shop.tenant, role="owner", is_active=True).exclude(
            id=target.id
        )
        assert others.exists()
        if not hasattr(looked, "done"):
            looked.done = True
            both.wait()

    return look
