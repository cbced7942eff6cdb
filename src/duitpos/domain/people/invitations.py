"""Invite people to the staff: by mail, or by a link that the owner passes on.

A link is used up by the first who follows it to the end. Its token is stored as a digest only.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError

from duitpos.domain.audit.record import record_change
from duitpos.domain.errors import Code, Conflict, Gone, Invalid
from duitpos.domain.people.roles import Can, require
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.kit.clock import now
from duitpos.kit.ids import secret_token
from duitpos.kit.transact import transact
from duitpos.models import Invitation, Membership, Tenant, User
from duitpos.models.audit import AuditKind
from duitpos.models.people import Role

VALID = timedelta(days=7)
MOST_OPEN = 100
"""Open invitations of one restaurant."""


def invite(by: Membership, role: str, email: str = "") -> tuple[Invitation, str]:
    """Make an invitation; returns it with the token of its link. Without `email` it is for whoever has the link.

    Forbidden, Invalid, Conflict.
    """
    require(by, Can.MANAGE_PEOPLE)
    email = email.strip().lower()
    if role not in Role.values:
        raise Invalid(Code.ROLE_UNKNOWN)
    if email:
        _check_address(by, email)
    if len(open_invitations(by.tenant)) >= MOST_OPEN:
        raise Conflict(Code.INVITED_TOO_MANY, most=MOST_OPEN)
    token, at = secret_token(), now()

    def work() -> Invitation:
        made = Invitation.objects.create(
            tenant_id=by.tenant_id,
            digest=_digest(token),
            email=email,
            role=role,
            invited_by=by,
            created_at=at,
            expires_at=at + VALID,
        )
        record_change(by, AuditKind.ROLE, email or role, {}, {"invitation": "made", "role": role})
        return made

    return transact(work), token


def open_invitations(tenant: Tenant) -> list[Invitation]:
    """Those that can still be used, the newest first."""
    rows = Invitation.objects.filter(
        tenant=tenant, used_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=now()
    )
    return list(rows.order_by("-created_at", "-id")[:MOST_OPEN])


def withdraw(by: Membership, invitation_id: UUID) -> Invitation:
    """Make an invitation unusable. Forbidden; Gone when it is used, withdrawn or unknown."""
    require(by, Can.MANAGE_PEOPLE)

    def work() -> Invitation:
        mine = Invitation.objects.filter(tenant_id=by.tenant_id, id=invitation_id)
        if not mine.filter(used_at__isnull=True, withdrawn_at__isnull=True).update(withdrawn_at=now()):
            raise Gone(Code.INVITATION_OVER)
        row = mine.get()
        record_change(by, AuditKind.ROLE, row.email or row.role, {}, {"invitation": "withdrawn"})
        return row

    return transact(work)


def invitation_by_link(slug: str, token: str) -> Invitation:
    """The invitation of a link. Gone when it can no longer be used, and for an unknown one."""
    try:
        tenant = tenant_by_slug(slug)
    except Gone as error:
        raise Gone(Code.INVITATION_OVER) from error
    found = Invitation.objects.filter(
        tenant=tenant,
        digest=_digest(token),
        used_at__isnull=True,
        withdrawn_at__isnull=True,
        expires_at__gt=now(),
    ).first()
    if found is None:
        raise Gone(Code.INVITATION_OVER)
    found.tenant = tenant
    return found


def join(invitation: Invitation, user: User) -> Membership:
    """Use an invitation for somebody who is signed in. Gone, Conflict."""
    if invitation.email and invitation.email != user.email:
        raise Conflict(Code.INVITATION_OF_ANOTHER, email=invitation.email)
    return _in_transaction(invitation, user, is_new=False)


def join_as_new(invitation: Invitation, *, email: str, name: str, password: str) -> Membership:
    """Use an invitation for somebody who does not sign in yet. Invalid, Gone, Conflict."""
    email = (invitation.email or email).strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(Code.EMAIL_INVALID, email=email) from error
    try:
        validate_password(password, User(email=email))
    except ValidationError as error:
        raise Invalid(Code.PASSWORD_WEAK, said=" ".join(error.messages)) from error
    if User.objects.filter(email=email).exists():
        raise Conflict(Code.SIGNS_IN_ALREADY, email=email)
    user = User(email=email, name=" ".join(name.split()))
    user.set_password(password)
    return _in_transaction(invitation, user, is_new=True)


def _in_transaction(invitation: Invitation, user: User, *, is_new: bool) -> Membership:
    try:
        return transact(partial(_use, invitation, user, is_new))
    except IntegrityError as error:
        # Another tab made the same sign-in at the same moment.
        raise Conflict(Code.SIGNS_IN_ALREADY, email=user.email) from error


def _use(invitation: Invitation, user: User, is_new: bool) -> Membership:
    if not _take(invitation, now()):
        raise Gone(Code.INVITATION_OVER)
    if is_new:
        User.objects.bulk_create([user])
    rows = Membership.objects.filter(tenant_id=invitation.tenant_id, user_id=user.id)
    known = rows.first()
    if known is not None and known.is_active:
        raise Conflict(Code.MEMBER_ALREADY, email=user.email)
    if known is not None and not invitation.email:
        raise Conflict(Code.ACCESS_ENDED)
    if known is not None:
        # Who worked here before comes back with the new role, if the invitation is theirs.
        rows.filter(is_active=False).update(is_active=True, role=invitation.role)
    else:
        Membership.objects.create(tenant_id=invitation.tenant_id, user=user, role=invitation.role)
    member = rows.select_related("user", "tenant").get()
    record_change(member, AuditKind.ROLE, str(user), {}, {"invitation": "used", "role": invitation.role})
    return member


def _take(invitation: Invitation, at: datetime) -> bool:
    """Use it up. False for all but the first."""
    mine = Invitation.objects.filter(
        tenant_id=invitation.tenant_id,
        id=invitation.id,
        used_at__isnull=True,
        withdrawn_at__isnull=True,
        expires_at__gt=at,
    )
    return bool(mine.update(used_at=at))


def _check_address(by: Membership, email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(Code.EMAIL_INVALID, email=email) from error
    if Membership.objects.filter(tenant_id=by.tenant_id, user__email=email, is_active=True).exists():
        raise Conflict(Code.MEMBER_ALREADY, email=email)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
