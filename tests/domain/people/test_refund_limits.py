"""How much each role may refund at once: every role, every limit, by the domain itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from duitpos.domain.errors import Conflict, Forbidden, Invalid
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.payments.refunds.refund_part import Why, part_price, refund_amount, refund_lines
from duitpos.domain.people.refund_limits import limits_of, refund_right, set_limits
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.kit.ids import secret_token
from duitpos.kit.money import Money
from duitpos.models import Membership, OrderLine, Refund, RefundLimit
from duitpos.models.people import Role
from tests.support.at_once import at_once
from tests.support.restaurant import Restaurant, a_location, a_member, a_restaurant
from tests.support.unlike_stripe import ONLY_TOTAL, FakeShop, capabilities, fake_shop

pytestmark = pytest.mark.django_db

NONE, NOT_YOURS, ABOVE = "", "refund_not_yours", "refund_above_limit"
CELLS = [
    # role, its limit ("unset": the owner never set one), what is asked, why it is refused
    *[(Role.OWNER, limit, asked, NONE) for limit in ("unset",) for asked in (1, 10**9)],
    (Role.MANAGER, "unset", 1, NONE),
    (Role.MANAGER, "unset", 10**9, NONE),
    (Role.MANAGER, None, 10**9, NONE),
    (Role.MANAGER, 0, 1, NOT_YOURS),
    (Role.MANAGER, 500, 499, NONE),
    (Role.MANAGER, 500, 500, NONE),
    (Role.MANAGER, 500, 501, ABOVE),
    (Role.CASHIER, "unset", 1, NOT_YOURS),
    (Role.CASHIER, None, 10**9, NONE),
    (Role.CASHIER, 0, 1, NOT_YOURS),
    (Role.CASHIER, 500, 499, NONE),
    (Role.CASHIER, 500, 500, NONE),
    (Role.CASHIER, 500, 501, ABOVE),
    (Role.KITCHEN, "unset", 1, "role_may_not"),
]


def limit(restaurant: Restaurant, role: str, most: int | None) -> None:
    set_limits(restaurant.owner, {(role, "MYR"): most})


@pytest.mark.parametrize("role, most, asked, refused", CELLS)
def test_a_role_and_its_limit(role: Role, most: int | str | None, asked: int, refused: str) -> None:
    restaurant = a_restaurant()
    if not isinstance(most, str):
        limit(restaurant, role.value, most)
    member = restaurant.owner if role == Role.OWNER else a_member(restaurant.tenant, role)
    if refused == "role_may_not":
        with pytest.raises(Forbidden, match=refused):
            refund_right(member)
        return
    refusal = refund_right(member).refusal(Money(asked, "MYR"))
    assert (refusal.code.value if refusal else NONE) == refused


@pytest.mark.parametrize(
    "of_manager, asked, who",
    [(None, 900, "manager"), (1000, 900, "manager"), (1000, 1001, "owner"), (0, 900, "owner")],
)
def test_the_refusal_names_who_can(of_manager: int | None, asked: int, who: str) -> None:
    restaurant = a_restaurant()
    limit(restaurant, Role.MANAGER, of_manager)
    limit(restaurant, Role.CASHIER, 500)
    refusal = refund_right(a_member(restaurant.tenant, Role.CASHIER)).refusal(Money(asked, "MYR"))
    assert refusal is not None
    assert refusal.facts["who"] == who


def test_a_limit_is_of_one_currency_and_one_restaurant() -> None:
    restaurant, other = a_restaurant(), a_restaurant("teh")
    a_location(restaurant.tenant, "orchard", currency="SGD")
    set_limits(restaurant.owner, {(Role.MANAGER.value, "MYR"): 500})
    manager = a_member(restaurant.tenant, Role.MANAGER)
    assert refund_right(manager).most("MYR") == 500
    assert refund_right(manager).most("SGD") is None
    assert refund_right(a_member(other.tenant, Role.MANAGER)).most("MYR") is None
    assert set(limits_of(restaurant.tenant)) == {
        (role, currency) for role in ("manager", "cashier") for currency in ("MYR", "SGD")
    }


def test_only_the_owner_sets_limits_and_only_sensible_ones() -> None:
    restaurant = a_restaurant()
    for role in (Role.MANAGER, Role.CASHIER, Role.KITCHEN):
        with pytest.raises(Forbidden):
            set_limits(a_member(restaurant.tenant, role), {(Role.CASHIER.value, "MYR"): 10**6})
    for wrong in ({("owner", "MYR"): 1}, {("cashier", "USD"): 1}, {("cashier", "MYR"): -1}):
        with pytest.raises(Invalid):
            set_limits(restaurant.owner, wrong)
    limit(restaurant, Role.CASHIER, 500)
    limit(restaurant, Role.CASHIER, 700)
    (row,) = RefundLimit.objects.filter(tenant=restaurant.tenant)
    assert (row.most_minor, row.set_by_id) == (700, restaurant.owner.id)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[FakeShop]:
    with fake_shop(monkeypatch, capabilities(ONLY_TOTAL)) as shop:
        yield shop


def why() -> Why:
    return Why(form_key=secret_token())


def cashier_of(fake: FakeShop, most: int) -> Membership:
    limit(fake.restaurant, Role.CASHIER, most)
    return a_member(fake.tenant, Role.CASHIER)


def test_every_way_to_refund_asks_for_the_limit(fake: FakeShop) -> None:
    payment = fake.paid()
    line = OrderLine.objects.get(tenant=fake.tenant, order=payment.order)
    cashier = cashier_of(fake, 400)
    ways: list[Callable[[], object]] = [
        lambda: refund_payment(cashier, payment.id, "late"),
        lambda: refund_amount(cashier, payment.id, 401, why()),
        lambda: refund_lines(cashier, payment.id, {line.id: 1}, why()),
        lambda: part_price(cashier, payment.id, 401, {}),
    ]
    for way in ways:
        with pytest.raises(Forbidden, match=ABOVE):
            way()
    assert not Refund.objects.filter(tenant=fake.tenant).exists()
    assert fake.fresh(payment).refund_reserved_minor == 0
    assert refund_amount(cashier, payment.id, 400, why()).amount_minor == 400


def test_a_limit_counts_one_refund(fake: FakeShop) -> None:
    payment = fake.paid()
    cashier = cashier_of(fake, 400)
    for _ in range(2):
        refund_amount(cashier, payment.id, 400, why())
    assert fake.fresh(payment).refund_reserved_minor == 800


def test_a_manager_above_the_limit_cancels_and_the_money_waits(fake: FakeShop) -> None:
    payment = fake.paid()
    assert payment.order_id is not None
    limit(fake.restaurant, Role.MANAGER, 400)
    done = cancel_order(a_member(fake.tenant, Role.MANAGER), payment.order_id, "guest left", refund=True)
    assert [error.code.value for error in done.not_refunded] == [ABOVE]
    assert fake.alerts() == ["refund_due"]


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_refunds_at_once_are_two_refunds_within_the_limit(fake: FakeShop) -> None:
    payment = fake.paid()
    cashier = cashier_of(fake, 400)

    def press(minor: int) -> str:
        try:
            return str(refund_amount(cashier, payment.id, minor, why()).amount_minor)
        except (Conflict, Forbidden) as error:
            return type(error).__name__

    results = at_once([lambda: press(400), lambda: press(400), lambda: press(401)])
    assert results[2] == "Forbidden"
    made = Refund.objects.filter(tenant=fake.tenant)
    assert all(refund.amount_minor == 400 for refund in made)
    assert fake.fresh(payment).refund_reserved_minor == 400 * made.count()
