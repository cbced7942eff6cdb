"""In any set-up, guests are shown exactly the types that work, and staff the reason for every other one."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from duitpos.dashboard.texts.payment_issues import hidden_text
from duitpos.domain.checkout.options import pay_options
from duitpos.domain.payment_issues.known import Known, load_known, load_offers
from duitpos.domain.payment_issues.offer_check import check_offered, offered_types, why_hidden
from duitpos.domain.staff_actions.take_payment import types_at_counter
from duitpos.kit.clock import now
from duitpos.models import Location, Order, PaymentType, PaymentTypeOffer, ProcessorAccount
from duitpos.models.payment_setup import MANUAL_KINDS, AccountState, Channel, Mode, PaymentKind
from duitpos.models.tenant import UnpaidOrders
from duitpos.processors.registry import ADAPTERS
from tests.support.restaurant import Restaurant, a_location, a_restaurant

pytestmark = pytest.mark.django_db
ROUNDS = 40


def set_up(chance: random.Random) -> Restaurant:
    """A restaurant with random types, accounts, switches, locations and currencies."""
    cafe = a_restaurant(f"cafe-{chance.getrandbits(60)}")
    a_location(cafe.tenant, "second")
    tenant = cafe.tenant
    for site in Location.objects.filter(tenant=tenant):
        style, currency = chance.choice(UnpaidOrders.values), chance.choice(["MYR", "MYR", "XXX"])
        Location.objects.filter(tenant=tenant, id=site.id).update(unpaid_orders=style, currency=currency)
    for number in range(chance.randint(0, 5)):
        kind = PaymentType.objects.create(
            tenant=tenant,
            code=f"T{number}",
            name=f"Type {number}",
            kind=chance.choice([PaymentKind.ONLINE, *PaymentKind.values]),
            is_active=chance.random() < 0.8,
            position=chance.randint(0, 3),
        )
        for _ in range(chance.randint(0, 2) if kind.is_online else 0):
            account(kind, chance)
        for site in Location.objects.filter(tenant=tenant):
            for channel in Channel:
                if chance.random() < 0.4:
                    PaymentTypeOffer.objects.create(
                        tenant=tenant,
                        payment_type=kind,
                        location=site,
                        channel=channel,
                        is_offered=chance.random() < 0.4,
                    )
    return cafe


def account(kind: PaymentType, chance: random.Random) -> None:
    hour = timedelta(hours=1)
    ProcessorAccount.objects.create(
        tenant_id=kind.tenant_id,
        payment_type=kind,
        processor="stripe",
        mode=chance.choice([Mode.TEST, Mode.TEST, Mode.LIVE, Mode.UNKNOWN]),
        state=chance.choice([AccountState.ACTIVE, AccountState.ACTIVE, *AccountState.values]),
        paused_at=chance.choice([None, None, None, now()]),
        offered_again_at=chance.choice([None, None, now() + hour, now() - hour]),
        external_id=f"acct_{chance.random()}",
    )


def can_work(known: Known, kind: PaymentType, site: Location) -> bool:
    """Whether a guest who chooses it there can pay with it, in the words of the owner's guide."""
    offers = PaymentTypeOffer.objects.filter(
        tenant=known.tenant, payment_type=kind, location=site, is_offered=False
    )
    closed = set(offers.values_list("channel", flat=True))
    if not kind.is_active or Channel.PHONE in closed:
        return False
    if kind.kind in MANUAL_KINDS:
        order = Order(tenant=known.tenant, location=site)
        takes = kind.id in {one.id for one in types_at_counter(order)}
        return takes and site.unpaid_orders != UnpaidOrders.OFF
    mine = ProcessorAccount.objects.filter(tenant=known.tenant, payment_type=kind, state=AccountState.ACTIVE)
    live = ProcessorAccount.objects.filter(
        tenant=known.tenant, state=AccountState.ACTIVE, mode=Mode.LIVE, payment_type__is_active=True
    )
    return any(
        row.paused_at is None
        and (row.offered_again_at is None or row.offered_again_at <= known.at)
        and not ADAPTERS[row.processor].currency_problem(site.currency)
        and (row.mode == Mode.LIVE or not live.exists())
        for row in mine
    )


@pytest.mark.parametrize("seed", range(6))
def test_a_guest_is_shown_what_can_work_and_nothing_else(seed: int) -> None:
    chance = random.Random(seed)
    shown = hidden = 0
    for _ in range(ROUNDS):
        cafe = set_up(chance)
        known = load_offers(cafe.tenant, now())
        for site in known.sites:
            options = [one.payment_type_id for one in pay_options(cafe.tenant, site)]
            assert options == [kind.id for kind in offered_types(known, site)]
            assert set(options) == {kind.id for kind in known.types if can_work(known, kind, site)}
            for kind in known.types:
                why = hidden_text(why_hidden(known, kind, site), known.sites[0])
                assert bool(why) == (kind.id not in options)
                assert not why or kind.name in why
            shown, hidden = shown + len(options), hidden + len(known.types) - len(options)
    # The set-ups have both: else this proves nothing.
    assert min(shown, hidden) > ROUNDS


def test_the_check_of_the_payment_issues_says_the_same() -> None:
    chance = random.Random(7)
    for _ in range(ROUNDS):
        cafe = set_up(chance)
        known = load_known(cafe.tenant, now())
        check = check_offered(known)
        found: list[Any] = [*check.causes, *check.evidence]
        for site in known.sites:
            for kind in known.types:
                why = why_hidden(known, kind, site)
                if why is not None and kind.is_active:
                    assert why in found
