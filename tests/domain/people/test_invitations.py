"""Invitations: by mail or link, used once, for a week."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from duitpos.domain.errors import Code, Conflict, DomainError, Forbidden, Gone, Invalid
from duitpos.domain.people import invitations
from duitpos.domain.people.invitations import (
    MOST_OPEN,
    invitation_by_link,
    invite,
    join,
    join_as_new,
    open_invitations,
    withdraw,
)
from duitpos.domain.people.members import set_active
from duitpos.kit.clock import now
from duitpos.models import AuditEntry, Invitation, Membership, User
from tests.support.at_once import at_once
from tests.support.restaurant import PASSWORD, a_member, a_restaurant

pytestmark = pytest.mark.django_db
NEW = {"email": "mei@kopi.example", "name": "Mei", "password": "kurang-manis-satu"}


def code_of(call: Any) -> Code:
    with pytest.raises(DomainError) as refused:
        call()
    return refused.value.code


def test_a_new_person_joins_with_the_role_of_the_invitation() -> None:
    shop = a_restaurant()
    _made, token = invite(shop.owner, "cashier")
    member = join_as_new(invitation_by_link("kopi", token), **NEW)
    assert (member.role, member.user.name, member.is_active) == ("cashier", "Mei", True)
    assert member.user.check_password(NEW["password"])
    assert open_invitations(shop.tenant) == []
    kinds = [
        entry.after["invitation"]
        for entry in AuditEntry.objects.filter(tenant=shop.tenant).order_by("at", "id")
    ]
    assert kinds == ["made", "used"]


def test_the_token_is_not_stored() -> None:
    shop = a_restaurant()
    made, token = invite(shop.owner, "cashier")
    (row,) = Invitation.objects.filter(tenant=shop.tenant).values()
    assert token not in str(row)
    assert made.digest in str(row)


def test_a_mailed_invitation_is_for_that_address_only() -> None:
    shop, other = a_restaurant(), a_restaurant("teh")
    _made, token = invite(shop.owner, "manager", " Mei@Kopi.example ")
    found = invitation_by_link("kopi", token)
    assert found.email == "mei@kopi.example"
    assert code_of(lambda: join(found, other.owner.user)) == Code.INVITATION_OF_ANOTHER
    assert join_as_new(found, **{**NEW, "email": "another@kopi.example"}).user.email == "mei@kopi.example"


def test_somebody_who_signs_in_already_joins_with_that_sign_in() -> None:
    shop, other = a_restaurant(), a_restaurant("teh")
    _made, token = invite(shop.owner, "manager")
    found = invitation_by_link("kopi", token)
    assert (
        code_of(lambda: join_as_new(found, **{**NEW, "email": other.owner.user.email}))
        == Code.SIGNS_IN_ALREADY
    )
    assert join(found, other.owner.user).role == "manager"
    assert User.objects.filter(email=other.owner.user.email).count() == 1


@pytest.mark.parametrize(
    "how", ["used", "withdrawn", "old", "of another restaurant", "unknown", "no restaurant"]
)
def test_a_link_that_is_over(how: str) -> None:
    shop = a_restaurant()
    a_restaurant("teh")
    made, token = invite(shop.owner, "cashier")
    slug, at = "kopi", now()
    if how == "used":
        join_as_new(invitation_by_link("kopi", token), **NEW)
    elif how == "withdrawn":
        withdraw(shop.owner, made.id)
    elif how == "old":
        at += timedelta(days=7, seconds=1)
    elif how == "unknown":
        token = "x" * 500
    else:
        slug = "teh" if how == "of another restaurant" else "nowhere"
    with time_machine.travel(at, tick=False):
        assert code_of(lambda: invitation_by_link(slug, token)) == Code.INVITATION_OVER


def test_one_that_is_withdrawn_while_the_form_is_open_adds_nobody() -> None:
    shop = a_restaurant()
    made, token = invite(shop.owner, "cashier")
    found = invitation_by_link("kopi", token)
    withdraw(shop.owner, made.id)
    assert code_of(lambda: join_as_new(found, **NEW)) == Code.INVITATION_OVER
    assert not User.objects.filter(email=NEW["email"]).exists()
    assert code_of(lambda: withdraw(shop.owner, made.id)) == Code.INVITATION_OVER


def test_who_works_here_is_said_and_the_link_stays_usable() -> None:
    shop = a_restaurant()
    cook = a_member(shop.tenant)
    assert code_of(lambda: invite(shop.owner, "manager", cook.user.email)) == Code.MEMBER_ALREADY
    _made, token = invite(shop.owner, "manager")
    found = invitation_by_link("kopi", token)
    assert code_of(lambda: join(found, cook.user)) == Code.MEMBER_ALREADY
    assert len(open_invitations(shop.tenant)) == 1
    cook.refresh_from_db()
    assert cook.role == "kitchen"


def test_who_worked_here_before_comes_back_with_the_new_role() -> None:
    shop = a_restaurant()
    cook = a_member(shop.tenant)
    set_active(shop.owner, cook, is_active=False)
    _made, token = invite(shop.owner, "manager", cook.user.email)
    assert join(invitation_by_link("kopi", token), cook.user).id == cook.id
    cook.refresh_from_db()
    assert (cook.role, cook.is_active) == ("manager", True)


def test_who_lost_the_access_does_not_come_back_by_a_link_kept_from_before() -> None:
    shop = a_restaurant()
    cook = a_member(shop.tenant)
    _made, passed_on = invite(shop.owner, "manager")
    Membership.objects.filter(tenant=shop.tenant, id=cook.id).update(is_active=False)
    _made, mailed = invite(shop.owner, "manager", cook.user.email)
    Membership.objects.filter(tenant=shop.tenant, id=cook.id).update(is_active=True)
    set_active(shop.owner, cook, is_active=False)
    assert code_of(lambda: join(invitation_by_link("kopi", passed_on), cook.user)) == Code.ACCESS_ENDED
    assert code_of(lambda: invitation_by_link("kopi", mailed)) == Code.INVITATION_OVER
    assert len(open_invitations(shop.tenant)) == 1, "the link still is for somebody else"


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"email": "nobody"}, Code.EMAIL_INVALID),
        ({"email": "a@b.example\n"}, None),
        ({"email": ""}, Code.EMAIL_INVALID),
        ({"password": "short"}, Code.PASSWORD_WEAK),
        ({"password": "password123"}, Code.PASSWORD_WEAK),
        ({"password": ""}, Code.PASSWORD_WEAK),
    ],
)
def test_bad_input_adds_nobody(changes: dict[str, str], code: Code | None) -> None:
    shop = a_restaurant()
    _made, token = invite(shop.owner, "cashier")
    found = invitation_by_link("kopi", token)
    if code is None:
        assert join_as_new(found, **{**NEW, **changes}).user.email == "a@b.example"
        return
    assert code_of(lambda: join_as_new(found, **{**NEW, **changes})) == code
    assert len(open_invitations(shop.tenant)) == 1
    assert Membership.objects.filter(tenant=shop.tenant).count() == 1


def test_who_may_invite_and_whom() -> None:
    shop, other = a_restaurant(), a_restaurant("teh")
    with pytest.raises(Forbidden):
        invite(a_member(shop.tenant, "manager"), "kitchen")
    with pytest.raises(Invalid):
        invite(shop.owner, "chef")
    with pytest.raises(Invalid):
        invite(shop.owner, "kitchen", "nobody")
    made, _token = invite(other.owner, "kitchen")
    for unknown in (made.id, uuid4()):
        with pytest.raises(Gone):
            withdraw(shop.owner, unknown)


def test_there_is_a_limit_to_open_ones() -> None:
    shop = a_restaurant()
    made = [invite(shop.owner, "kitchen")[0] for _ in range(MOST_OPEN)]
    assert code_of(lambda: invite(shop.owner, "kitchen")) == Code.INVITED_TOO_MANY
    withdraw(shop.owner, made[0].id)
    invite(shop.owner, "kitchen")


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_of_many_who_follow_one_link_at_once_one_joins(
    monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """Control: without the guard on the invitation, all of them join."""
    shop = a_restaurant()
    _made, token = invite(shop.owner, "cashier")
    found = invitation_by_link("kopi", token)
    if not guarded:
        monkeypatch.setattr(invitations, "_take", lambda invitation, at: True)

    def follow(number: int) -> Any:
        try:
            return join_as_new(found, **{**NEW, "email": f"mei-{number}@kopi.example"}).id
        except Conflict:
            raise
        except DomainError as error:
            return error.code

    done = at_once([partial(follow, number) for number in range(4)])
    joined = Membership.objects.filter(tenant=shop.tenant, role="cashier").count()
    assert joined == (1 if guarded else 4)
    assert done.count(Code.INVITATION_OVER) == (3 if guarded else 0)


def test_a_password_stays_the_one_of_the_sign_in() -> None:
    shop, other = a_restaurant(), a_restaurant("teh")
    _made, token = invite(shop.owner, "cashier")
    join(invitation_by_link("kopi", token), other.owner.user)
    other.owner.user.refresh_from_db()
    assert other.owner.user.check_password(PASSWORD)
