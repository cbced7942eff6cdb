"""Payment types, which the restaurant offers to pay with (M13)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Exists, Max, OuterRef, Q

from duitpos.domain.audit.record import Value, record_change
from duitpos.domain.errors import Code, Conflict, Gone, Invalid
from duitpos.domain.payments.processors.manual_account import keep_manual_account
from duitpos.domain.payments.settlement.went_live import after_going_live
from duitpos.domain.people.roles import Can, require
from duitpos.domain.processor_accounts.forget import forget_type
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Membership, Payment, PaymentType, ProcessorAccount, Tenant
from duitpos.models.audit import AuditKind
from duitpos.models.payment_setup import MANUAL_KINDS, AccountState, PaymentKind

_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,19}")


class TypeProblem(StrEnum):
    """Why guests cannot choose an active type."""

    NO_PROCESSOR = "no_processor"
    KEY_REFUSED = "key_refused"


@dataclass(frozen=True, slots=True)
class TypeRow:
    """A type with its accounts. `problem` is why guests cannot pay with it although it is active."""

    type: PaymentType
    accounts: tuple[ProcessorAccount, ...]
    is_used: bool
    problem: TypeProblem | None

    @property
    def mode(self) -> str | None:
        """Return the mode of the account in use, which is empty when it is not known yet; None without an account."""
        active = [account.mode for account in self.accounts if account.state == AccountState.ACTIVE]
        return active[0] if active else None


def types_of(tenant: Tenant) -> list[TypeRow]:
    """Return all types in the owner's order, with their accounts except retired unused ones. Two queries."""
    accounts: dict[UUID, list[ProcessorAccount]] = {}
    used = Payment.objects.filter(tenant=tenant, account_id=OuterRef("id"))
    for account in (
        ProcessorAccount.objects.filter(~Q(processor__in=MANUAL_KINDS), tenant=tenant)
        .annotate(is_used=Exists(used))
        .order_by("created_at", "id")
    ):
        if account.state != AccountState.RETIRED or account.is_used:
            accounts.setdefault(account.payment_type_id, []).append(account)
    paid = Payment.objects.filter(tenant=tenant, payment_type_id=OuterRef("id"))
    rows = (
        PaymentType.objects.filter(tenant=tenant).annotate(is_used=Exists(paid)).order_by("position", "code")
    )
    return [
        TypeRow(row, tuple(accounts.get(row.id, ())), row.is_used, _problem(row, accounts.get(row.id, [])))
        for row in rows
    ]


def type_of(tenant_id: UUID, type_id: UUID) -> PaymentType:
    """Return one type. Raises Gone."""
    row = PaymentType.objects.filter(tenant_id=tenant_id, id=type_id).first()
    if row is None:
        raise Gone(Code.TYPE_UNKNOWN)
    return row


def create_type(
    member: Membership, code: str, name: str, is_active: bool = True, kind: str = PaymentKind.ONLINE
) -> PaymentType:
    """Create a type at the end of the list. Raises Forbidden, Invalid, and Conflict when the code is taken."""
    require(member, Can.SET_UP_PAYMENTS)
    code, name = _clean(code, name)
    if kind not in PaymentKind.values:
        raise Invalid(Code.TYPE_KIND_UNKNOWN)

    def work() -> PaymentType:
        last = PaymentType.objects.filter(tenant_id=member.tenant_id).aggregate(last=Max("position"))["last"]
        row = PaymentType.objects.create(
            tenant_id=member.tenant_id,
            code=code,
            name=name,
            is_active=is_active,
            kind=kind,
            position=0 if last is None else last + 1,
        )
        if not row.is_online:
            keep_manual_account(row)
        record_change(member, AuditKind.PAYMENT_TYPE, row.name, {}, _said(row) | {"kind": row.kind})
        return row

    try:
        return transact(work)
    except IntegrityError as error:
        raise _taken(code) from error


def edit_type(
    member: Membership, type_id: UUID, code: str, name: str, is_active: bool, guest_name: str | None = None
) -> PaymentType:
    """Change a type. An inactive type starts no payments; those already started still settle.

    `guest_name`: what guests read; empty is the name, None leaves it as it is.
    """
    require(member, Can.SET_UP_PAYMENTS)
    code, name = _clean(code, name)
    row = type_of(member.tenant_id, type_id)
    shown = row.guest_name if guest_name is None else " ".join(guest_name.split())[:60]
    rows = PaymentType.objects.filter(tenant_id=member.tenant_id, id=row.id)

    def work() -> None:
        rows.update(code=code, name=name, is_active=is_active, guest_name=shown)
        after: dict[str, Value] = {"code": code, "name": name, "guest_name": shown, "is_active": is_active}
        record_change(member, AuditKind.PAYMENT_TYPE, row.name, _said(row), after)
        if is_active and not row.is_active:
            after_going_live(member.tenant_id, now())

    try:
        transact(work)
    except IntegrityError as error:
        raise _taken(code) from error
    row.code, row.name, row.is_active, row.guest_name = code, name, is_active, shown
    return row


def delete_type(member: Membership, type_id: UUID) -> None:
    """Remove an unused type and its accounts. Raises Conflict with the reason if it was used."""
    require(member, Can.SET_UP_PAYMENTS)
    row = type_of(member.tenant_id, type_id)
    payments = Payment.objects.filter(tenant_id=member.tenant_id, payment_type_id=row.id).count()
    if payments:
        raise _used(row, payments)

    def work() -> None:
        if not forget_type(row):
            raise _used(row, 0)
        record_change(member, AuditKind.PAYMENT_TYPE, row.name, _said(row), {})

    try:
        transact(work)
    except IntegrityError as error:
        # A concurrent payment uses the type.
        raise _used(row, 0) from error


def _said(row: PaymentType) -> dict[str, Value]:
    return {"code": row.code, "name": row.name, "guest_name": row.guest_name, "is_active": row.is_active}


def _used(row: PaymentType, payments: int) -> Conflict:
    if payments:
        return Conflict(Code.TYPE_HAS_PAYMENTS, name=row.name, count=payments)
    return Conflict(Code.TYPE_HAS_HISTORY, name=row.name)


def _clean(code: str, name: str) -> tuple[str, str]:
    code, name = code.strip().upper(), " ".join(name.split())
    if not _CODE.fullmatch(code):
        raise Invalid(Code.TYPE_CODE_WRONG)
    if not 0 < len(name) <= 60:
        raise Invalid(Code.TYPE_NAME_WRONG)
    return code, name


def _taken(code: str) -> Conflict:
    return Conflict(Code.TYPE_CODE_TAKEN, code=code)


def _problem(row: PaymentType, accounts: list[ProcessorAccount]) -> TypeProblem | None:
    if not row.is_active or not row.is_online:
        return None
    active = [account for account in accounts if account.state == AccountState.ACTIVE]
    if not active:
        return TypeProblem.NO_PROCESSOR
    return TypeProblem.KEY_REFUSED if all(account.paused_at for account in active) else None
