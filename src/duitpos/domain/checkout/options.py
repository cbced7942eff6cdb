"""Which payment types a guest can use on the phone at a location now (M7, M13, M14, M31, M64, M73, M100)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from duitpos.domain.orders.advance import is_unpaid
from duitpos.domain.orders.board import takes_real_money
from duitpos.domain.payments.processors.manual_account import (
    is_switched_off,
    manual_account_id,
    manual_types,
)
from duitpos.domain.payments.schedule import is_too_old_to_start
from duitpos.domain.tenancy.hours import takes_orders
from duitpos.kit.clock import now
from duitpos.models import Location, Payment, PaymentType, ProcessorAccount, Tenant
from duitpos.models.payment_setup import MANUAL_KINDS, AccountState, Channel, Mode
from duitpos.models.tenant import UnpaidOrders
from duitpos.processors.registry import ADAPTERS


@dataclass(frozen=True, slots=True)
class PayOption:
    """A usable payment type and its account. `minimum_minor` is the smallest amount that the processor takes.

    One that staff take the money for has its kind as `processor`, and no label.

    `needs`: what the processor must know about the guest: "email", "name". `pays_by`: how the guest pays, on the
    processor's "page" or by a "code"; empty when it is not known before the start.
    """

    payment_type_id: UUID
    account_id: UUID
    name: str
    processor: str
    processor_label: str
    mode: str
    minimum_minor: int
    currency: str
    needs: tuple[str, ...] = ()
    pays_by: str = ""

    @property
    def is_manual(self) -> bool:
        """Whether the order is sent unpaid, and staff take the money."""
        return self.processor in MANUAL_KINDS

    @property
    def is_test(self) -> bool:
        """Whether its orders are test orders. An account whose mode is not known yet counts as one (models.Mode)."""
        return self.mode != Mode.LIVE


def pay_options(tenant: Tenant, location: Location) -> tuple[PayOption, ...]:
    """Active types that are offered on phones there, in the owner's order.

    Online ones need an active account that can take the location's currency; those that staff take the money for need
    a location that accepts unpaid orders, and be offered at its counter too. An account whose key was refused, or that
    refuses to start payments, is left out: it would refuse again, after the guest has waited. Test accounts are left
    out once a live one is in use: the kitchen then does not cook test orders.
    """
    at = now()
    rows = ProcessorAccount.objects.filter(
        ~Q(processor__in=MANUAL_KINDS), tenant=tenant, state=AccountState.ACTIVE, payment_type__is_active=True
    )
    is_off = is_switched_off(location, Channel.PHONE, "payment_type_id")
    accounts = list(
        rows.select_related("payment_type")
        .annotate(is_off=is_off)
        .order_by("payment_type__position", "payment_type__code", "-created_at")
    )
    # The same rule as the kitchen's board (takes_real_money): a live account counts even while it is paused.
    only_live = any(account.is_live for account in accounts)
    options: dict[UUID, PayOption] = {}
    for account in accounts:
        # None when the adapter is no longer installed.
        kind = ADAPTERS.get(account.processor)
        if kind is None or kind.currency_problem(location.currency):
            continue
        if account.payment_type_id in options or account.is_off or not _is_offered(account, at):
            continue
        if only_live and not account.is_live:
            continue
        options[account.payment_type_id] = PayOption(
            payment_type_id=account.payment_type_id,
            account_id=account.id,
            name=account.payment_type.shown_name,
            processor=kind.name,
            processor_label=kind.label,
            mode=account.mode,
            minimum_minor=kind.can.minimum_minor.get(location.currency, 0),
            currency=location.currency,
            needs=tuple(detail.value for detail in kind.can.needs),
            pays_by=kind.can.pays_by.value if kind.can.pays_by else "",
        )
    positions = {account.payment_type_id: _position(account.payment_type) for account in accounts}
    if location.unpaid_orders != UnpaidOrders.OFF:
        is_test = bool(accounts) and not only_live
        taken = manual_types(tenant.id, location, Channel.COUNTER)
        for row in taken.exclude(is_switched_off(location, Channel.PHONE, "id")):
            options[row.id] = _manual_option(row, location, is_test=is_test)
            positions[row.id] = _position(row)
    return tuple(sorted(options.values(), key=lambda option: positions[option.payment_type_id]))


def _position(row: PaymentType) -> tuple[int, str]:
    return row.position, row.code


def _manual_option(row: PaymentType, location: Location, *, is_test: bool) -> PayOption:
    return PayOption(
        payment_type_id=row.id,
        account_id=manual_account_id(row.id),
        name=row.shown_name,
        processor=row.kind,
        processor_label="",
        # While the restaurant tests its online payment, all its orders are test orders.
        mode=Mode.TEST if is_test else Mode.LIVE,
        minimum_minor=0,
        currency=location.currency,
    )


def _is_offered(account: ProcessorAccount, at: datetime) -> bool:
    if account.paused_at is not None or not account.payment_type.is_online:
        return False
    return account.offered_again_at is None or account.offered_again_at <= at


def is_in_use(tenant: Tenant, location: Location, option: PayOption) -> bool:
    """Whether the option's type and account are still switched on and its mode still accepted. One or two queries."""
    if option.is_manual:
        return any(option == other for other in pay_options(tenant, location))
    rows = ProcessorAccount.objects.filter(
        tenant=tenant, id=option.account_id, state=AccountState.ACTIVE, payment_type__is_active=True
    )
    return rows.exists() and not (option.is_test and takes_real_money(tenant.id))


def may_start_still(payment: Payment, at: datetime) -> bool:
    """Whether a `created` attempt may still be started.

    Not with a retired account, a payment type that was switched off, a closed or paused location, an order that no
    longer waits for payment, or an idempotency key so old that the processor may have forgotten it.
    """
    if payment.location is None or is_too_old_to_start(payment, at):
        return False
    if payment.order is not None and not is_unpaid(payment.order):
        return False
    if not takes_orders(payment.tenant, payment.location, at):
        return False
    options = pay_options(payment.tenant, payment.location)
    return any(option.account_id == payment.account_id for option in options)
