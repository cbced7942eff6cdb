"""How much each role may refund at once.

A limit counts one refund: two refunds that together pass it are two refunds, each within it. So it keeps a large sum
from going out in one press; who made many small ones, each order's page and the report by staff say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from duitpos.domain.audit.record import Change, record_changes
from duitpos.domain.errors import Code, Forbidden, Invalid
from duitpos.domain.people.roles import Can, require
from duitpos.kit.clock import now
from duitpos.kit.money import Money
from duitpos.models import Location, Membership, RefundLimit, Tenant
from duitpos.models.audit import AuditKind
from duitpos.models.people import Role
from duitpos.models.refund_limit import LIMITED_ROLES

Limits = Mapping[tuple[str, str], int | None]
"""By role and currency, in minor units; None is no limit."""
_DEFAULTS: Mapping[str, int | None] = {Role.OWNER: None, Role.MANAGER: None}
"""Where the owner has set nothing. A role that is missing here refunds nothing."""
MOST = 10**12
"""The largest limit that can be set, in minor units."""


@dataclass(frozen=True, slots=True)
class RefundRight:
    """What one member may refund."""

    role: str
    limits: Limits

    def most(self, currency: str) -> int | None:
        """The most of one refund in minor units; None without a limit, 0 for nothing at all."""
        return _most(self.role, currency, self.limits)

    def refusal(self, amount: Money) -> Forbidden | None:
        """Why this member may not refund this much at once; None if they may."""
        most = self.most(amount.currency)
        if most is None or (most and amount.minor <= most):
            return None
        if not most:
            return Forbidden(Code.REFUND_NOT_YOURS, who=self._who_may(amount))
        limit = Money(most, amount.currency)
        return Forbidden(Code.REFUND_ABOVE_LIMIT, who=self._who_may(amount), asked=amount, most=limit)

    def require_any(self, currency: str) -> None:
        """Raise Forbidden for a member who may refund nothing at all in this currency."""
        if self.most(currency) == 0:
            raise Forbidden(Code.REFUND_NOT_YOURS, who=self._who_may(Money(1, currency)))

    def _who_may(self, amount: Money) -> str:
        """Whom to ask: a manager too, where their limit allows it."""
        most = _most(Role.MANAGER, amount.currency, self.limits)
        is_beyond = self.role == Role.MANAGER or (most is not None and amount.minor > most)
        return "owner" if is_beyond else "manager"


def refund_right(member: Membership) -> RefundRight:
    """What this member may refund. Makes no query for an owner. Raises Forbidden for a role that never refunds."""
    require(member, Can.REFUND)
    limits = {} if member.role == Role.OWNER else _limits(member.tenant_id)
    return RefundRight(member.role, limits)


def require_refund(member: Membership, amount: Money) -> None:
    """Raise Forbidden unless this member may refund this much at once."""
    refusal = refund_right(member).refusal(amount)
    if refusal is not None:
        raise refusal


def limits_of(tenant: Tenant) -> Limits:
    """What each limited role may refund, in every currency of the restaurant's locations."""
    stored = _limits(tenant.id)
    return {
        (role.value, currency): _most(role, currency, stored)
        for currency in currencies_of(tenant)
        for role in LIMITED_ROLES
    }


def currencies_of(tenant: Tenant) -> list[str]:
    """The currencies of the restaurant's locations."""
    rows = Location.objects.filter(tenant=tenant).order_by("position", "name")
    return list(dict.fromkeys(rows.values_list("currency", flat=True)))


def set_limits(member: Membership, limits: Limits) -> None:
    """Store what the owner chose, in the caller's transaction. Raises Forbidden and Invalid."""
    require(member, Can.SET_REFUND_LIMITS)
    known = {(role.value, currency) for currency in currencies_of(member.tenant) for role in LIMITED_ROLES}
    if not limits.keys() <= known or any(
        most is not None and not 0 <= most <= MOST for most in limits.values()
    ):
        raise Invalid(Code.REFUND_LIMIT_WRONG)
    before, at = limits_of(member.tenant), now()
    rows = [
        RefundLimit(
            tenant_id=member.tenant_id,
            role=role,
            currency=currency,
            most_minor=most,
            set_by=member,
            set_at=at,
        )
        for (role, currency), most in limits.items()
        if most != before[role, currency]
    ]
    RefundLimit.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["tenant", "role", "currency"],
        update_fields=["most_minor", "set_by", "set_at"],
    )
    record_changes(
        member,
        AuditKind.REFUND_LIMIT,
        [
            Change(
                row.role,
                {"most": _amount(before[row.role, row.currency], row.currency)},
                {"most": _amount(row.most_minor, row.currency)},
            )
            for row in rows
        ],
    )


def _amount(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)


def _limits(tenant_id: UUID) -> Limits:
    rows = RefundLimit.objects.filter(tenant_id=tenant_id)
    return {
        (role, currency): most for role, currency, most in rows.values_list("role", "currency", "most_minor")
    }


def _most(role: str, currency: str, limits: Limits) -> int | None:
    if role == Role.OWNER:
        return None
    return limits.get((role, currency), _DEFAULTS.get(role, 0))
