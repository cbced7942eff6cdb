"""Payment types: create, edit, delete."""

from __future__ import annotations

import pytest

from duitpos.domain.errors import Conflict, Forbidden, Gone, Invalid
from duitpos.domain.processor_accounts.types import TypeProblem, create_type, delete_type, edit_type, types_of
from duitpos.kit.ids import uuid7
from duitpos.models import PaymentType, ProcessorAccount
from duitpos.models.payment_setup import AccountState, PaymentKind
from duitpos.models.people import Role
from tests.domain.processor_accounts.conftest import Owner
from tests.support.restaurant import a_member, a_restaurant


def test_a_new_restaurants_types(owner: Owner) -> None:
    rows = types_of(owner.tenant)
    assert [(row.type.code, row.type.is_active, row.accounts) for row in rows] == [
        ("CASH", True, ()),
        ("ONLINE", False, ()),
    ]
    assert [row.problem for row in rows] == [None, None]


def test_create_and_edit(owner: Owner) -> None:
    row = create_type(owner.member, " card-2 ", "  Card   at the table ", is_active=False)
    assert (row.code, row.name, row.kind, row.position) == (
        "CARD-2",
        "Card at the table",
        PaymentKind.ONLINE,
        2,
    )
    edit_type(owner.member, row.id, "CARD", "Card", True)
    kept = PaymentType.objects.get(tenant=owner.tenant, id=row.id)
    assert (kept.code, kept.name, kept.is_active) == ("CARD", "Card", True)


@pytest.mark.parametrize(
    "code, name", [("", "Card"), ("A B", "Card"), ("X" * 21, "Card"), ("CARD", " "), ("CARD", "x" * 61)]
)
def test_invalid_values_are_refused_with_a_message(owner: Owner, code: str, name: str) -> None:
    with pytest.raises(Invalid, match=r"type_(code|name)_wrong"):
        create_type(owner.member, code, name)
    with pytest.raises(Invalid):
        edit_type(owner.member, owner.type.id, code, name, True)


def test_a_code_is_unique_in_its_restaurant_only(owner: Owner) -> None:
    with pytest.raises(Conflict, match="type_code_taken code=ONLINE"):
        create_type(owner.member, "online", "Again")
    with pytest.raises(Conflict):
        edit_type(owner.member, owner.type.id, "CASH", "Online", True)
    create_type(a_restaurant("teh").owner, "CARD", "Card")
    create_type(owner.member, "CARD", "Card")


def test_an_active_type_that_nobody_can_choose_says_why(owner: Owner) -> None:
    edit_type(owner.member, owner.type.id, "ONLINE", "Online Payment", True)
    assert types_of(owner.tenant)[1].problem == TypeProblem.NO_PROCESSOR
    account = owner.working()
    row = types_of(owner.tenant)[1]
    assert (row.problem, row.mode, [one.id for one in row.accounts]) == (None, "test", [account.id])


def test_delete_also_deletes_an_unused_account(owner: Owner) -> None:
    owner.working()
    delete_type(owner.member, owner.type.id)
    assert owner.rows() == []
    assert [row.type.code for row in types_of(owner.tenant)] == ["CASH"]


def test_a_used_type_is_not_deleted_and_says_why(owner: Owner) -> None:
    account = owner.working()
    owner.pay_with(account)
    with pytest.raises(Conflict, match=r"type_has_payments name=.* count=1"):
        delete_type(owner.member, owner.type.id)
    assert owner.fresh(account).state == AccountState.ACTIVE


def test_types_cost_two_queries(owner: Owner, django_assert_num_queries: object) -> None:
    owner.working()
    for number in range(5):
        create_type(owner.member, f"T{number}", "Type")
    with django_assert_num_queries(2):  # type: ignore[operator]
        types_of(owner.tenant)


def test_only_the_owner(owner: Owner) -> None:
    for role in (Role.MANAGER, Role.CASHIER, Role.KITCHEN):
        member = a_member(owner.tenant, role)
        for call in (
            lambda member=member: create_type(member, "X", "X"),
            lambda member=member: edit_type(member, owner.type.id, "X", "X", True),
            lambda member=member: delete_type(member, owner.type.id),
        ):
            with pytest.raises(Forbidden):
                call()


def test_another_restaurant_s_type_does_not_exist(owner: Owner) -> None:
    stranger = a_restaurant("teh").owner
    for type_id in (owner.type.id, uuid7()):
        with pytest.raises(Gone):
            edit_type(stranger, type_id, "X", "X", True)
        with pytest.raises(Gone):
            delete_type(stranger, type_id)
    assert ProcessorAccount.objects.filter(tenant=owner.tenant).count() == 0
