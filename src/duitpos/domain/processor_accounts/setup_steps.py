"""Judge the steps that lead from a new restaurant to its first payment: each is done only by evidence.

Nothing is stored: what is true now decides, so that a step can be left, resumed and undone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Q

from duitpos.domain.processor_accounts.setup_facts import SetupFacts
from duitpos.domain.tenancy.hours import is_open, is_paused, opens_next
from duitpos.kit.clock import known_zone
from duitpos.kit.facts import Facts, facts
from duitpos.models import ProcessorAccount, Refund
from duitpos.models.payment_setup import AccountState, Mode
from duitpos.models.refund import RefundStatus
from duitpos.processors.registry import adapter


class Step(StrEnum):
    """A step, in the order of the guide."""

    MENU = "menu"
    TABLES = "tables"
    HOURS = "hours"
    KEY = "key"
    TYPE = "type"
    WEBHOOK = "webhook"
    PAYMENT = "payment"
    REFUND = "refund"


class Evidence(StrEnum):
    """Why a step is done, or what is missing; each has facts."""

    DISHES = "dishes"
    NO_DISH = "no_dish"
    TABLES = "tables"
    NO_TABLE = "no_table"
    OPEN_NOW = "open_now"
    CLOSED_NOW = "closed_now"
    PAUSED_NOW = "paused_now"
    ZONE_UNKNOWN = "zone_unknown"
    NO_LOCATION = "no_location"
    KEY_CHECKED = "key_checked"
    KEY_WAITS = "key_waits"
    KEY_REFUSED = "key_refused"
    NO_KEY = "no_key"
    TYPE_OFFERED = "type_offered"
    TYPE_INACTIVE = "type_inactive"
    TYPE_WITHOUT_PROCESSOR = "type_without_processor"
    NO_TYPE = "no_type"
    SIGNED_DELIVERY = "signed_delivery"
    ROUND_TRIP = "round_trip"
    AWAITS_DELIVERY = "awaits_delivery"
    WEBHOOK_DOWN = "webhook_down"
    NO_WEBHOOK = "no_webhook"
    ORDER_PAID = "order_paid"
    NO_PAYMENT = "no_payment"
    REFUNDED = "refunded"
    REFUND_UNDER_WAY = "refund_under_way"
    REFUND_FAILED = "refund_failed"
    NO_REFUND = "no_refund"


@dataclass(frozen=True, slots=True)
class StepState:
    """A step as it stands. `at` is the time of its evidence; None where the evidence is what is there now."""

    step: Step
    is_done: bool
    evidence: Facts
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Setup:
    """All steps. Real money needs no test payment and no refund, so a live set-up has two steps less."""

    steps: tuple[StepState, ...]
    is_live: bool

    @property
    def is_complete(self) -> bool:
        """Whether every step is done."""
        return all(step.is_done for step in self.steps)

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(step.is_done for step in self.steps)

    @property
    def can_go_live(self) -> bool:
        """Whether all works in test mode."""
        return self.is_complete and not self.is_live

    def of(self, step: Step) -> StepState:
        """The state of one step. Raises KeyError for one that a live set-up does not have."""
        return {one.step: one for one in self.steps}[step]


def judge(known: SetupFacts, at: datetime) -> Setup:
    """Judge the facts as of `at`, without a query."""
    is_live = known.account is not None and known.account.is_live
    steps = [_menu(known), _tables(known), _hours(known, at), _key(known), _type(known), _webhook(known)]
    if not is_live:
        steps += [_payment(known), _refund(known)]
    return Setup(tuple(steps), is_live)


def takes_real_payments(tenant_id: UUID) -> bool:
    """Whether the set-up is over: a live account in use works, by the same evidence as its steps. One query."""
    delivers = Q(last_event_at__isnull=False) | Q(health__proved_at__isnull=False)
    rows = ProcessorAccount.objects.filter(
        tenant_id=tenant_id,
        state=AccountState.ACTIVE,
        mode=Mode.LIVE,
        checked_at__isnull=False,
        paused_at__isnull=True,
        payment_type__is_active=True,
    )
    return rows.filter(delivers).exists()


def _menu(known: SetupFacts) -> StepState:
    if known.dishes:
        return StepState(Step.MENU, True, facts(Evidence.DISHES, count=known.dishes))
    return StepState(Step.MENU, False, facts(Evidence.NO_DISH))


def _tables(known: SetupFacts) -> StepState:
    if known.tables:
        return StepState(Step.TABLES, True, facts(Evidence.TABLES, count=len(known.tables)))
    return StepState(Step.TABLES, False, facts(Evidence.NO_TABLE))


def _hours(known: SetupFacts, at: datetime) -> StepState:
    """Done when the hours can be kept. That it is closed at this moment is said, and undoes nothing."""
    broken = next((site for site in known.locations if known_zone(site.time_zone) is None), None)
    if broken is not None:
        about = facts(Evidence.ZONE_UNKNOWN, location=broken.name, zone=broken.time_zone)
        return StepState(Step.HOURS, False, about)
    if not known.locations:
        return StepState(Step.HOURS, False, facts(Evidence.NO_LOCATION))
    site = known.site
    opens = opens_next(site, at)
    hours = {
        "location": site.name,
        "opens": f"{opens:%Y-%m-%d %H:%M}" if opens else "",
    }
    if is_paused(site, at):
        return StepState(Step.HOURS, True, facts(Evidence.PAUSED_NOW, **hours))
    code = Evidence.OPEN_NOW if is_open(site, at) else Evidence.CLOSED_NOW
    return StepState(Step.HOURS, True, facts(code, **hours))


def _key(known: SetupFacts) -> StepState:
    account = known.account
    if account is None or not (known.has_key or known.waits):
        return StepState(Step.KEY, False, facts(Evidence.NO_KEY))
    if account.paused_at is not None:
        return StepState(
            Step.KEY, False, facts(Evidence.KEY_REFUSED, reason=account.problem), account.paused_at
        )
    if not known.has_key or account.state != AccountState.ACTIVE:
        return StepState(Step.KEY, False, facts(Evidence.KEY_WAITS))
    about = facts(Evidence.KEY_CHECKED, name=account.name or account.external_id, mode=account.mode)
    return StepState(Step.KEY, True, about, account.checked_at)


def _type(known: SetupFacts) -> StepState:
    account = known.account
    if account is None:
        code = Evidence.TYPE_WITHOUT_PROCESSOR if known.types else Evidence.NO_TYPE
        return StepState(Step.TYPE, False, facts(code))
    kind = account.payment_type
    about = {"type": kind.name, "type_code": kind.code, "processor": adapter(account.processor).label}
    if not kind.is_active:
        return StepState(Step.TYPE, False, facts(Evidence.TYPE_INACTIVE, **about))
    return StepState(Step.TYPE, True, facts(Evidence.TYPE_OFFERED, **about), account.created_at)


def _webhook(known: SetupFacts) -> StepState:
    account, health = known.account, known.health
    if account is None or not known.verifies:
        return StepState(Step.WEBHOOK, False, facts(Evidence.NO_WEBHOOK))
    if health is not None and health.down_since is not None:
        return StepState(Step.WEBHOOK, False, facts(Evidence.WEBHOOK_DOWN), health.down_since)
    proved_at = health.proved_at if health is not None else None
    if account.last_event_at is not None and (proved_at is None or account.last_event_at >= proved_at):
        return StepState(Step.WEBHOOK, True, facts(Evidence.SIGNED_DELIVERY), account.last_event_at)
    if proved_at is not None:
        return StepState(Step.WEBHOOK, True, facts(Evidence.ROUND_TRIP), proved_at)
    return StepState(Step.WEBHOOK, False, facts(Evidence.AWAITS_DELIVERY))


def _payment(known: SetupFacts) -> StepState:
    paid = known.payment
    if paid is None or paid.order is None:
        return StepState(Step.PAYMENT, False, facts(Evidence.NO_PAYMENT))
    table = paid.order.table.name if paid.order.table else ""
    about = facts(Evidence.ORDER_PAID, order=paid.order.label, table=table)
    return StepState(Step.PAYMENT, True, about, paid.settled_at)


def _refund(known: SetupFacts) -> StepState:
    done = next((one for one in known.refunds if one.status == RefundStatus.SUCCEEDED), None)
    if done is not None:
        return StepState(Step.REFUND, True, _about_refund(Evidence.REFUNDED, done), done.ended_at)
    latest = next(iter(known.refunds), None)
    if latest is None:
        return StepState(Step.REFUND, False, facts(Evidence.NO_REFUND))
    is_under_way = latest.status in (RefundStatus.CREATED, RefundStatus.PENDING)
    code = Evidence.REFUND_UNDER_WAY if is_under_way else Evidence.REFUND_FAILED
    return StepState(Step.REFUND, False, _about_refund(code, latest), latest.created_at)


def _about_refund(code: Evidence, refund: Refund) -> Facts:
    order = refund.payment.order
    return facts(code, order=order.label if order else "")
