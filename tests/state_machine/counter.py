"""What guests and staff do with orders that are sent unpaid, as rules of the state machine."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from duitpos.domain.errors import DomainError
from duitpos.domain.orders.move import move
from duitpos.domain.staff_actions.take_payment import take_payment
from duitpos.models import Location, PaymentType
from duitpos.models.tenant import UnpaidOrders
from tests.state_machine.world import ShopRun, one_of

which = st.integers(0, 7)
"""An index into existing rows, counted from the newest."""


class CounterRules(RuleBasedStateMachine):
    """Each shop has cash beside its online payment; its location accepts unpaid orders or not."""

    run: ShopRun

    @rule(style=st.sampled_from(UnpaidOrders.values))
    def accept_unpaid_orders(self, style: str) -> None:
        Location.objects.filter(tenant=self.run.shop.tenant).update(unpaid_orders=style)

    @rule(n=which, style=st.sampled_from([UnpaidOrders.AFTER_PAYMENT, UnpaidOrders.AT_ONCE]))
    def send_unpaid(self, n: int, style: str) -> None:
        self.accept_unpaid_orders(style)
        self.run.press_pay(one_of(self.run.presses, n), self.till().id)

    @rule(n=which)
    def pay_online_after_all(self, n: int) -> None:
        self.run.press_pay(one_of(self.run.presses, n), self.run.shop.account.payment_type_id)

    @rule(n=which, tendered=st.sampled_from(["", "1", "100"]))
    def take_payment(self, n: int, tendered: str) -> None:
        if orders := self.run.orders():
            with suppress(DomainError):
                take_payment(self.run.shop.restaurant.owner, one_of(orders, n).id, self.till().id, tendered)

    @rule(n=which)
    def cook(self, n: int) -> None:
        """The kitchen begins with it: from now on it ends unpaid only by a person's decision."""
        if orders := self.run.orders():
            location = Location.objects.get(tenant=self.run.shop.tenant)
            with suppress(DomainError):
                move(self.run.shop.restaurant.owner, location, one_of(orders, n).id, "preparing")

    def till(self) -> PaymentType:
        return PaymentType.objects.get(tenant=self.run.shop.tenant, code="TILL")
