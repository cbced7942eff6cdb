"""The signed-in member of staff and their restaurant."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from duitpos.domain.errors import Code, Gone
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.kit.tenancy import across_tenants
from duitpos.models import Membership, Tenant


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff at one restaurant, needed by every staff page."""

    tenant: Tenant
    member: Membership


def staff_of(user_id: UUID, slug: str) -> Staff:
    """The user's membership at this restaurant. Gone for non-members too, to not reveal which restaurants exist."""
    try:
        tenant = tenant_by_slug(slug)
    except Gone as error:
        raise _not_yours() from error
    member = (
        Membership.objects.select_related("user")
        .filter(tenant=tenant, user_id=user_id, is_active=True, user__is_active=True)
        .first()
    )
    if member is None:
        raise _not_yours()
    member.tenant = tenant
    return Staff(tenant, member)


def restaurants_of(user_id: UUID) -> list[Staff]:
    """All restaurants where the user works, by name, to choose from after signing in."""
    with across_tenants("a user's restaurants at sign-in"):
        members = list(
            Membership.objects.select_related("tenant", "user")
            .filter(user_id=user_id, is_active=True, user__is_active=True)
            .order_by("tenant__name", "tenant_id")
        )
    return [Staff(member.tenant, member) for member in members]


def _not_yours() -> Gone:
    return Gone(Code.NOT_AMONG_YOURS)
