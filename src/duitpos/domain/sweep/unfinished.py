"""Remove restaurants that signed themselves up and never took an order, after their owners were told.

What is removed never had a guest's money: a restaurant with any order, payment or live account is finished for good.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog
from django.apps import apps
from django.core.files.storage import storages
from django.db import IntegrityError
from django.db.models import Exists, OuterRef

from duitpos.domain.menus.photos.files import file_names
from duitpos.domain.people.roles import Can, require
from duitpos.domain.tenancy.find import forget_tenant
from duitpos.domain.tenancy.sign_up import UNFINISHED_FOR
from duitpos.kit.clock import now
from duitpos.kit.tenancy import TenantModel, across_tenants
from duitpos.kit.transact import outside_database, transact
from duitpos.models import LedgerEntry, Membership, MenuPhoto, Order, Payment, ProcessorAccount, Tenant, User
from duitpos.models.payment_setup import Mode

log = structlog.get_logger(__name__)

TOLD_BEFORE = timedelta(days=7)
"""How long before it is removed the owner is told."""


def keep_unfinished(member: Membership) -> bool:
    """Give the owner another thirty days. False when the restaurant is not to be removed. Forbidden."""
    require(member, Can.SET_UP_PAYMENTS)
    rows = Tenant.objects.filter(id=member.tenant_id, unfinished_until__isnull=False)
    kept = rows.update(unfinished_until=now() + UNFINISHED_FOR, removal_told_at=None)
    forget_tenant(member.tenant)
    return bool(kept)


def tell_unfinished(tell: Callable[[Tenant], bool]) -> int:
    """Call `tell` for each restaurant that is removed within a week; returns how many were told.

    It is noted as told only afterwards: whoever dies in between tells again, and nobody is removed without a word.
    `tell` returns False when it could not; then it is tried again.
    """
    told = 0
    due = Tenant.objects.filter(unfinished_until__lt=now() + TOLD_BEFORE, removal_told_at__isnull=True)
    for tenant in due.order_by("unfinished_until"):
        if _finish(tenant):
            continue
        with outside_database():
            is_told = tell(tenant)
        mine = Tenant.objects.filter(
            id=tenant.id, unfinished_until=tenant.unfinished_until, removal_told_at__isnull=True
        )
        if is_told:
            told += mine.update(removal_told_at=now())
    return told


def remove_unfinished(is_stopped: Callable[[], bool]) -> int:
    """Remove restaurants whose time is over and whose owners were told a week ago; returns how many."""
    removed = 0
    due = Tenant.objects.filter(unfinished_until__lt=now(), removal_told_at__lt=now() - TOLD_BEFORE)
    for tenant in due.order_by("unfinished_until"):
        if is_stopped():
            break
        if not _finish(tenant):
            removed += _remove(tenant)
    return removed


def _finish(tenant: Tenant) -> bool:
    """Whether it took an order or a live key: then it is never removed."""
    accounts = ProcessorAccount.objects.filter(tenant=tenant, mode=Mode.LIVE)
    used = [
        rows.filter(tenant=tenant).exists() for rows in (Order.objects, Payment.objects, LedgerEntry.objects)
    ]
    if not any(used) and not accounts.exists():
        return False
    Tenant.objects.filter(id=tenant.id).update(unfinished_until=None, removal_told_at=None)
    return True


def _remove(tenant: Tenant) -> bool:
    """Delete all its rows, then its photos' files and the sign-ins that work nowhere else."""
    photos = [name for photo in MenuPhoto.objects.filter(tenant=tenant) for name in file_names(photo)]
    people = list(Membership.objects.filter(tenant=tenant).values_list("user_id", flat=True))
    try:
        if not transact(partial(_delete_rows, tenant)):
            return False
    except IntegrityError:
        # It took an order at this moment: the foreign keys keep everything.
        return False
    forget_tenant(tenant)
    with outside_database():
        for name in photos:
            storages["photos"].delete(name)
    with across_tenants("whether the people of a removed restaurant work anywhere else"):
        elsewhere = Membership.objects.filter(user_id=OuterRef("id"))
        # Nothing else refers to them: their addresses at allauth go with them.
        for user in User.objects.filter(~Exists(elsewhere), id__in=people):
            user.delete()
    log.info("unfinished_restaurant_removed", tenant=tenant.slug)
    return True


def _delete_rows(tenant: Tenant) -> bool:
    """Whether it was still to be removed. Foreign keys are checked at commit, so that tables come in any order."""
    mine = Tenant.objects.filter(
        id=tenant.id, unfinished_until=tenant.unfinished_until, removal_told_at=tenant.removal_told_at
    )
    if not mine.update(closed_at=now()):
        return False
    for model in apps.get_models():
        if issubclass(model, TenantModel):
            model._default_manager.filter(tenant=tenant)._raw_delete("default")
    return bool(Tenant.objects.filter(id=tenant.id)._raw_delete("default"))
