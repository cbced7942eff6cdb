"""Everything that guests, staff, banks, the network and the clock can do, in any order."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from duitpos.domain.alerts.queries import open_alerts
from duitpos.domain.checkout.handle_return import handle_cancel, handle_return
from duitpos.domain.errors import DomainError
from duitpos.domain.payments.outbox.run import run_outbox
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.payments.refunds.refund_part import Why, refund_amount, refund_lines
from duitpos.domain.payments.refunds.say_lines import say_lines
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.domain.staff_actions.check_payment import check_now
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.clock import now
from duitpos.kit.ids import secret_token
from duitpos.models import Location, OrderLine, Refund
from tests.sandbox_process import ControlRefused
from tests.state_machine.counter import CounterRules, which
from tests.state_machine.world import Press, ShopRun, World, one_of
from tests.support.scenarios import tell
from tests.support.shop import ALL_EVENTS, GUIDE_EVENTS

WAYS_TO_PAY: dict[str, dict[str, Any]] = {
    "a good card": {},
    "a card that is refused": {"card": "4000000000009995"},
    "3-D Secure": {"card": "4000002500003155"},
    "3-D Secure, failed": {"card": "4000002500003155", "outcome": "fail"},
    "FPX": {"method": "fpx"},
    "a transfer": {"method": "customer_balance"},
    "a transfer that fails": {"method": "customer_balance", "delayed_result": "fail"},
    "a transfer that is never decided": {"method": "customer_balance", "delayed_result": None},
    "a card whose refunds take time": {"card": "4000000000007726"},
    "a card whose refunds fail": {"card": "4000000000005126"},
}
FAULTS: dict[str, dict[str, Any]] = {
    "429": {"fault": "rate_limit"},
    "lock timeout": {"fault": "lock_timeout"},
    "500": {"fault": "error", "store": False},
    "500, stored": {"fault": "error"},
    "500 after the work, stored": {"fault": "error", "when": "after"},
    "503": {"fault": "error", "status": 503},
    "409": {"fault": "error", "status": 409},
    "400": {"fault": "error", "status": 400},
    "slow": {"fault": "hang", "seconds": 0.1},
    "dropped before": {"fault": "drop", "when": "before"},
    "dropped after": {"fault": "drop"},
    "garbage": {"fault": "garbage"},
}
CALLS = {
    "start": ("POST", "/v1/checkout/sessions$"),
    "expire": ("POST", "/expire$"),
    "fetch": ("GET", "/v1/checkout/sessions/"),
    "refund": ("POST", "/v1/refunds$"),
    "list refunds": ("GET", "/v1/refunds"),
    "list events": ("GET", "/v1/events"),
}
ON_THE_WAY: dict[str, dict[str, Any]] = {
    "hold": {"action": "hold"},
    "drop": {"action": "drop"},
    # Stripe records it as delivered. Not for refunds made at Stripe: we could not learn of those.
    "lose": {"action": "drop", "claim_delivered": True, "types": ["checkout.*", "payment_intent.*"]},
    "twice": {"action": "duplicate"},
    "as another event": {"action": "duplicate_event"},
    "out of order": {"action": "reorder", "count": 2},
    "late": {"action": "delay", "seconds": 600},
    "forged": {"action": "tamper", "part": "signature"},
}


class MoneyPath(RuleBasedStateMachine):
    """A shop with random events. The test sets `world` on the class."""

    world: World
    run: ShopRun

    @initialize(events=st.sampled_from([ALL_EVENTS, GUIDE_EVENTS, None]), quantity=st.integers(1, 3))
    def open(self, events: list[str] | None, quantity: int) -> None:
        self.run = self.world.start_run(events)
        self.hears_everything = events == ALL_EVENTS
        self.has_lost = self.has_lied = False
        self.form_key = secret_token()
        self.new_cart("guest-1", quantity)

    def teardown(self) -> None:
        if hasattr(self, "run"):
            broken = self.world.end(self.run)
            assert not broken, "\n".join(broken)

    # -- guests --------------------------------------------------------------------------------------------

    @rule(guest=st.sampled_from(["guest-1", "guest-2"]), quantity=st.integers(1, 3))
    def new_cart(self, guest: str, quantity: int) -> None:
        press = Press(guest, secret_token(), self.run.shop.cart(quantity))
        self.run.presses.append(press)
        self.run.press_pay(press)

    @rule(n=which)
    def press_again(self, n: int) -> None:
        self.run.press_pay(one_of(self.run.presses, n))

    @rule(n=which, way=st.sampled_from(sorted(WAYS_TO_PAY)))
    def pay(self, n: int, way: str) -> None:
        if self.run.pages:
            self.run.shop.pay(self._payment_on(n), **WAYS_TO_PAY[way])

    @rule(n=which)
    def pay_and_come_back(self, n: int) -> None:
        if self.run.pages:
            self.run.shop.pay(self._payment_on(n))
            self.come_back(n)

    @rule(n=which)
    def come_back(self, n: int) -> None:
        if self.run.pages:
            payment = self._payment_on(n)
            assert payment.order is not None
            handle_return(self.run.shop.tenant, payment.order.token)

    @rule(n=which)
    def turn_back(self, n: int) -> None:
        if self.run.pages:
            payment = self._payment_on(n)
            assert payment.order is not None
            handle_cancel(self.run.shop.tenant, payment.order.token)

    def _payment_on(self, n: int) -> Any:
        rows = self.run.payments()
        reference = one_of(self.run.pages, n)
        return self.run.shop.fresh(next(row for row in rows if row.reference == reference))

    # -- staff ---------------------------------------------------------------------------------------------

    @rule(n=which)
    def check_now(self, n: int) -> None:
        if payments := self.run.payments():
            with suppress(DomainError):
                check_now(self.run.shop.restaurant.owner, one_of(payments, n).id)

    @rule(n=which, refund=st.booleans())
    def cancel(self, n: int, refund: bool) -> None:
        if orders := self.run.orders():
            with suppress(DomainError):
                cancel_order(self.run.shop.restaurant.owner, one_of(orders, n).id, "guest left", refund)

    @rule(n=which)
    def refund(self, n: int) -> None:
        if payments := self.run.payments():
            with suppress(DomainError):
                refund_payment(self.run.shop.restaurant.owner, one_of(payments, n).id, "guest left")

    @rule(n=which, line=which, quantity=st.integers(1, 2), form=st.sampled_from(["new", "again"]))
    def refund_dishes(self, n: int, line: int, quantity: int, form: str) -> None:
        shop, payments = self.run.shop, self.run.payments()
        lines = OrderLine.objects.filter(tenant=shop.tenant, order__payments__in=payments).order_by("id")
        if payments and lines:
            self.form_key = secret_token() if form == "new" else self.form_key
            wanted = {one_of(list(lines), line).id: quantity}
            with suppress(DomainError):
                refund_lines(shop.restaurant.owner, one_of(payments, n).id, wanted, Why(self.form_key))

    @rule(n=which, minor=st.sampled_from([1, 100, 1250]))
    def refund_an_amount(self, n: int, minor: int) -> None:
        if payments := self.run.payments():
            with suppress(DomainError):
                refund_amount(
                    self.run.shop.restaurant.owner, one_of(payments, n).id, minor, Why(secret_token())
                )

    @rule(n=which, line=which)
    def say_what_a_refund_was_for(self, n: int, line: int) -> None:
        shop = self.run.shop
        asked = list(Refund.objects.filter(tenant=shop.tenant, source="processor").order_by("id"))
        lines = list(OrderLine.objects.filter(tenant=shop.tenant).order_by("id"))
        if asked and lines:
            with suppress(DomainError):
                say_lines(shop.restaurant.owner, one_of(asked, n).id, {one_of(lines, line).id: 1})

    @rule(n=which)
    def take_the_first_offer(self, n: int) -> None:
        if rows := open_alerts(self.run.shop.tenant):
            row = one_of(rows, n)
            with suppress(DomainError):
                act(self.run.shop.restaurant.owner, row.alert.id, row.actions[0], "seen")

    @rule()
    def pause_or_open(self) -> None:
        location = Location.objects.get(tenant=self.run.shop.tenant)
        paused_at = None if location.paused_at else now()
        Location.objects.filter(tenant=self.run.shop.tenant).update(paused_at=paused_at)

    # -- the processor and its dashboard -------------------------------------------------------------------

    @rule(n=which, minor=st.sampled_from([None, 100, 1250]))
    def refund_over_there(self, n: int, minor: int | None) -> None:
        paid = [intent for intent in self._listed("payment_intents") if intent["status"] == "succeeded"]
        if paid and self.hears_everything:
            body = {"payment_intent": one_of(paid, n)["id"], "amount": minor}
            with suppress(ControlRefused):  # already refunded
                self.run.shop.sandbox.control("POST", "/refunds", body)
            self.run.shop.sandbox.idle(30)

    @rule(n=which, result=st.sampled_from(["succeed", "fail"]))
    def decide_a_transfer(self, n: int, result: str) -> None:
        if self.run.pages:
            with suppress(ControlRefused):  # there is none
                path = f"/sessions/{one_of(self.run.pages, n)}/async_result"
                self.run.shop.sandbox.control("POST", path, {"result": result})
            self.run.shop.sandbox.idle(30)

    # -- the network ---------------------------------------------------------------------------------------

    @rule(fault=st.sampled_from(sorted(FAULTS)), call=st.sampled_from(sorted(CALLS)), count=st.integers(1, 3))
    def fail_next(self, fault: str, call: str, count: int) -> None:
        method, path = CALLS[call]
        self.run.shop.sandbox.fault(**FAULTS[fault], method=method, path=path, count=count)

    @rule()
    def faults_end(self) -> None:
        self.run.shop.sandbox.control("DELETE", "/faults")

    @rule(happens=st.sampled_from(sorted(ON_THE_WAY)))
    def next_delivery(self, happens: str) -> None:
        if happens == "lose" and self.has_lied:
            return  # after a wrong event, losing the right one would leave no way to learn the truth
        self.has_lost = self.has_lost or happens == "lose"
        self.run.shop.sandbox.rule(**ON_THE_WAY[happens])

    @rule(n=which)
    def hear_wrongly_that_it_expired(self, n: int) -> None:
        """Deliver a wrong event that ends an attempt while its session is still open, so that its money comes late."""
        still_open = {session["id"] for session in self._listed("sessions") if session["status"] == "open"}
        if not self.run.pages or not self.hears_everything or self.has_lost:
            return
        payment = self._payment_on(n)
        if payment.reference in still_open:
            self.has_lied = True
            tell(self.run.shop, "checkout.session.expired", payment, overrides={"status": "expired"})

    @rule(order=st.sampled_from(["fifo", "lifo", "parallel"]))
    def release_held(self, order: str) -> None:
        self.run.shop.sandbox.control("POST", "/deliveries/release", {"order": order})
        self.run.shop.sandbox.idle(30)

    @rule(n=which)
    def send_again(self, n: int) -> None:
        if events := self._listed("events"):
            self.run.shop.sandbox.control("POST", f"/events/{one_of(events[::-1], n)['id']}/resend", {})
            self.run.shop.sandbox.idle(30)

    def _listed(self, kind: str) -> list[dict[str, Any]]:
        return self.run.shop.sandbox.listed(kind)

    # -- time ----------------------------------------------------------------------------------------------

    @rule(
        minutes=st.sampled_from([0.1, 2, 20, 50, 25 * 60]), theirs=st.sampled_from([True, True, True, False])
    )
    def time_passes(self, minutes: float, theirs: bool) -> None:
        # Clocks that differ by more than Stripe's five minutes would have every delivery refused; two minutes are fine.
        self.run.clock.advance(minutes=minutes if theirs else min(minutes, 2), theirs=theirs)

    @rule()
    def sweep(self) -> None:
        report = sweep()
        assert report.errors == 0, "an item of the sweep raised"
        run_outbox()
        self.run.shop.sandbox.idle(30)


class MoneyPathWithCounter(CounterRules, MoneyPath):
    """The same with orders that are sent unpaid, and staff who take their money."""
