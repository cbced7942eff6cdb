"""Who works at a restaurant: their roles, and whether they have access.

A restaurant keeps an owner. Whatever takes one away counts the tenant's `owners_version` up by a guarded update, in
the same transaction: of two owners who remove each other at once, the second reads again and is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import F, Max

from duitpos.domain.audit.record import record_change
from duitpos.domain.errors import Code, Conflict, Gone, Invalid
from duitpos.domain.people.roles import Can, require
from duitpos.kit.clock import now
from duitpos.kit.tenancy import across_tenants
from duitpos.kit.transact import transact
from duitpos.models import Invitation, Membership, Tenant
from duitpos.models.audit import AuditKind
from duitpos.models.people import Role

_TRIES = 5


class _Moved(Exception):
    """Another owner stopped being one meanwhile."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person who works here, or did. `seen_at`: the last sign-in that is known."""

    membership: Membership
    seen_at: datetime | None
    has_second_factor: bool


def members_of(tenant: Tenant) -> list[Member]:
    """Everybody, those with access first, then by role and name. Three queries."""
    rows = list(Membership.objects.filter(tenant=tenant).select_related("user"))
    users = [row.user_id for row in rows]
    seen = dict(
        UserSession.objects.filter(user_id__in=users).values_list("user_id").annotate(Max("last_seen_at"))
    )
    factors = set(Authenticator.objects.filter(user_id__in=users).values_list("user_id", flat=True))
    roles = list(Role.values)
    rows.sort(key=lambda row: (not row.is_active, roles.index(row.role), str(row.user).casefold(), row.id))
    return [Member(row, seen.get(row.user_id), row.user_id in factors) for row in rows]


def member_of(tenant: Tenant, member_id: UUID) -> Membership:
    """One of them. Gone."""
    found = Membership.objects.select_related("user", "tenant").filter(tenant=tenant, id=member_id).first()
    if found is None:
        raise Gone(Code.MEMBER_UNKNOWN)
    return found


def set_role(by: Membership, target: Membership, role: str) -> None:
    """Give somebody another role; `target` is as it was seen. Forbidden, Invalid, Conflict."""
    require(by, Can.MANAGE_PEOPLE)
    if role not in Role.values:
        raise Invalid(Code.ROLE_UNKNOWN)
    if role != target.role:
        _change(by, target, {"role": target.role}, {"role": role})


def set_active(by: Membership, target: Membership, *, is_active: bool) -> None:
    """Take somebody's access away, or give it back. What they did stays. Forbidden, Conflict.

    The next request of a signed-in person is refused at once. Their sessions end if they work nowhere else.
    """
    require(by, Can.MANAGE_PEOPLE)
    if is_active == target.is_active:
        return
    _change(by, target, {"is_active": target.is_active}, {"is_active": is_active})
    if not is_active:
        _end_sessions(target)


def _change(
    by: Membership, target: Membership, before: dict[str, str | bool], after: dict[str, str | bool]
) -> None:
    loses_owner = target.role == Role.OWNER and target.is_active

    def work() -> None:
        if loses_owner:
            _require_another_owner(target)
        _require_still_there(by)
        mine = Membership.objects.filter(
            tenant_id=target.tenant_id, id=target.id, role=target.role, is_active=target.is_active
        )
        if not mine.update(**after):
            raise Conflict(Code.MEMBER_CHANGED)
        if after.get("is_active") is False:
            _withdraw_invitations(target)
        record_change(by, AuditKind.ROLE, str(target.user), before, after)

    _try_again(work)


def _require_still_there(by: Membership) -> None:
    """Conflict when whoever acts lost the role since the page was opened."""
    mine = Membership.objects.filter(tenant_id=by.tenant_id, id=by.id, role=by.role, is_active=True)
    if not mine.exists():
        raise Conflict(Code.MEMBER_CHANGED)


def _withdraw_invitations(target: Membership) -> None:
    """So that nobody comes back by an older link. One without an address does not bring a former member back at all."""
    Invitation.objects.filter(
        tenant_id=target.tenant_id, email=target.user.email, used_at__isnull=True, withdrawn_at__isnull=True
    ).update(withdrawn_at=now())


def _try_again(work: Callable[[], None]) -> None:
    for _ in range(_TRIES):
        try:
            return transact(work)
        except _Moved:
            continue
    raise Conflict(Code.MEMBER_CHANGED)


def _require_another_owner(target: Membership) -> None:
    """Conflict unless there is another one, also if that one is being removed at this moment."""
    tenant = Tenant.objects.filter(id=target.tenant_id)
    version = tenant.values_list("owners_version", flat=True).get()
    owners = Membership.objects.filter(
        tenant_id=target.tenant_id, role=Role.OWNER, is_active=True, user__is_active=True
    )
    if not owners.exclude(id=target.id).exists():
        raise Conflict(Code.LAST_OWNER)
    if not tenant.filter(owners_version=version).update(owners_version=F("owners_version") + 1):
        raise _Moved


def _end_sessions(target: Membership) -> None:
    with across_tenants("whether somebody whose access ended works anywhere else"):
        works_elsewhere = Membership.objects.filter(user_id=target.user_id, is_active=True).exists()
    if not works_elsewhere:
        _end(UserSession.objects.filter(user_id=target.user_id))


def _end(sessions: Iterable[UserSession]) -> None:
    for session in sessions:
        session.end()
