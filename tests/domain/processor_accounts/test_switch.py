"""Which account takes new payments, going live and back; payments under way stay with their account (M12 to M14)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from duitpos.domain.checkout.options import pay_options
from duitpos.domain.errors import Code, Conflict, Forbidden, Gone, Invalid
from duitpos.domain.processor_accounts.accounts import KeyRefused
from duitpos.domain.processor_accounts.credentials import CredentialsRefused
from duitpos.domain.processor_accounts.first_key import refund_test_payment
from duitpos.domain.processor_accounts.switch import (
    account_uses,
    back_to_test,
    count_test_orders,
    former_test_account,
    go_live,
    retire,
    use_account,
)
from duitpos.models import Order, Payment, PaymentType, ProcessorAccount
from duitpos.models.payment import PaymentStatus
from duitpos.models.payment_setup import AccountState, Mode
from duitpos.models.people import Role
from duitpos.processors.stripe import adapter as stripe_adapter
from duitpos.processors.stripe.client import client_of
from tests.domain.processor_accounts.conftest import Owner
from tests.support.restaurant import a_member, a_restaurant
from tests.support.shop import WEBHOOK_SECRET, Shop

LIVE_KEY = "sk_live_sandbox0123456789"


@pytest.fixture
def at_the_processor(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """The given sandbox takes the place of the processor itself, which alone gets live keys."""

    def stand_in(url: str) -> None:
        monkeypatch.setattr(stripe_adapter, "client_of", lambda key, base: client_of(key, base or url))

    return stand_in


def two_accounts(owner: Owner) -> tuple[ProcessorAccount, ProcessorAccount]:
    """A retired account with a payment, and the one in use."""
    first = owner.working()
    owner.pay_with(first)
    second = owner.save(first, secret_key=owner.another_key()).account
    return owner.fresh(first), owner.fresh(second)


def states(owner: Owner) -> list[str]:
    return [row.state for row in owner.rows()]


def test_a_key_of_another_account_takes_new_payments_from_then_on(owner: Owner) -> None:
    first, second = two_accounts(owner)
    assert (first.state, second.state) == (AccountState.RETIRED, AccountState.ACTIVE)
    assert first.in_use_since is not None
    assert second.in_use_since is not None
    assert second.in_use_since > first.in_use_since
    uses = account_uses(owner.tenant.id, owner.type.id)
    assert [(use.name, use.payments, use.can_switch) for use in uses] == [
        ("Another Kopi", 0, False),
        ("Sandbox Café", 1, True),
    ]


def test_switching_back_and_forth(owner: Owner) -> None:
    first, second = two_accounts(owner)
    before = first.in_use_since
    used = use_account(owner.member, first.id)
    assert used.state == AccountState.ACTIVE
    assert used.in_use_since is not None
    assert before is not None
    assert used.in_use_since > before
    assert owner.fresh(second).state == AccountState.RETIRED
    # Once more changes nothing.
    assert use_account(owner.member, first.id).in_use_since == used.in_use_since
    PaymentType.objects.filter(tenant=owner.tenant, id=owner.type.id).update(is_active=True)
    options = pay_options(owner.tenant, owner.restaurant.location)
    assert [option.account_id for option in options] == [first.id]


def test_an_account_without_a_usable_key_is_refused(owner: Owner) -> None:
    first, second = two_accounts(owner)
    ProcessorAccount.objects.filter(tenant=owner.tenant, id=first.id).update(credentials="")
    with pytest.raises(Conflict) as refused:
        use_account(owner.member, first.id)
    assert refused.value.code == Code.ACCOUNT_WITHOUT_KEY
    assert owner.fresh(second).state == AccountState.ACTIVE


def test_a_key_that_the_processor_refuses_by_now_is_not_used(owner: Owner) -> None:
    first, second = two_accounts(owner)
    owner.sandbox.control("DELETE", f"/keys/{owner.sandbox.secret_key}")
    with pytest.raises(Conflict) as refused:
        use_account(owner.member, first.id)
    assert refused.value.code == Code.ACCOUNT_KEY_REFUSED
    assert (owner.fresh(first).state, owner.fresh(second).state) == ("retired", "active")


def test_only_an_owner_switches_and_only_their_own(owner: Owner) -> None:
    first, _second = two_accounts(owner)
    for role in (Role.MANAGER, Role.CASHIER, Role.KITCHEN):
        member = a_member(owner.tenant, role)
        for act in (use_account, retire, back_to_test):
            with pytest.raises(Forbidden):
                act(member, first.id)
        with pytest.raises(Forbidden):
            go_live(member, first.id, {"secret_key": LIVE_KEY})
    with pytest.raises(Gone):
        use_account(a_restaurant("teh").owner, first.id)


def test_a_retired_account_starts_nothing(owner: Owner) -> None:
    account = owner.working()
    retire(owner.member, account.id)
    assert states(owner) == ["retired"]
    with pytest.raises(Conflict):
        retire(owner.member, account.id)
    assert pay_options(owner.tenant, owner.restaurant.location) == ()


@pytest.mark.django_db(transaction=True)
def test_a_payment_under_way_settles_on_its_own_account(shop: Shop) -> None:
    payment = shop.start()
    made = shop.sandbox.control("POST", "/accounts", {"name": "Another Kopi"})
    other = ProcessorAccount.objects.create(
        tenant=shop.tenant,
        payment_type_id=shop.account.payment_type_id,
        processor="stripe",
        state=AccountState.RETIRED,
        external_id=made["id"],
        api_base=shop.sandbox.url,
    )
    from tests.support.credentials import keep

    keep(other, secret_key=made["secret_key"], webhook_secret="whsec_another_account_123")
    other.save()
    use_account(shop.restaurant.owner, other.id)
    shop.pay(payment)
    settled = shop.fresh(payment)
    assert (settled.status, settled.account_id) == (PaymentStatus.SUCCEEDED, shop.account.id)
    assert settled.order is not None
    assert settled.order.label == "T1"
    refund = refund_test_payment(shop.restaurant.owner, payment.id, "Test payment")
    assert refund.status == "succeeded"
    assert [option.account_id for option in pay_options(shop.tenant, shop.restaurant.location)] == [other.id]


def ready(shop: Shop) -> None:
    """Every step is green."""
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(checked_at=shop.account.created_at)
    payment = shop.start()
    shop.pay(payment)
    refund_test_payment(shop.restaurant.owner, payment.id, "Test payment")


@pytest.mark.django_db(transaction=True)
def test_going_live_and_back(shop: Shop, at_the_processor: Callable[[str], None]) -> None:
    at_the_processor(shop.sandbox.url)
    shop.sandbox.control("POST", f"/accounts/{shop.account.external_id}/keys", {"key": LIVE_KEY})
    owner = shop.restaurant.owner
    with pytest.raises(Conflict) as early:
        go_live(owner, shop.account.id, {"secret_key": LIVE_KEY})
    assert early.value.code == Code.SETUP_UNFINISHED
    ready(shop)
    saved = go_live(owner, shop.account.id, {"secret_key": LIVE_KEY})
    live = ProcessorAccount.objects.get(tenant=shop.tenant, state=AccountState.ACTIVE)
    assert saved.account.id == live.id
    assert (live.mode, live.api_base, live.external_id) == (Mode.LIVE, "", shop.account.external_id)
    test = former_test_account(live)
    assert test is not None
    assert test.id == shop.account.id
    # What belongs to test mode stays there.
    assert live.read_credentials().current.get("webhook_secret") != WEBHOOK_SECRET
    assert count_test_orders(shop.tenant.id) == 1
    options = pay_options(shop.tenant, shop.restaurant.location)
    assert [(option.account_id, option.is_test) for option in options] == [(live.id, False)]
    with pytest.raises(Conflict):
        go_live(owner, live.id, {"secret_key": LIVE_KEY})
    assert back_to_test(owner, live.id).id == shop.account.id
    options = pay_options(shop.tenant, shop.restaurant.location)
    assert [(option.account_id, option.is_test) for option in options] == [(shop.account.id, True)]
    # The same keys again use the same row again.
    assert go_live(owner, shop.account.id, {"secret_key": LIVE_KEY}).account.id == live.id
    assert ProcessorAccount.objects.filter(tenant=shop.tenant).count() == 2
    assert Order.objects.filter(tenant=shop.tenant, is_test=False).count() == 0
    assert Payment.objects.filter(tenant=shop.tenant).get().account_id == shop.account.id


@pytest.mark.django_db(transaction=True)
def test_a_live_key_of_another_account_must_be_meant(
    shop: Shop, at_the_processor: Callable[[str], None]
) -> None:
    at_the_processor(shop.sandbox.url)
    ready(shop)
    other = shop.sandbox.control("POST", "/accounts", {"name": "Another Kopi", "live": True})
    values = {"secret_key": other["secret_key"]}
    with pytest.raises(Invalid) as refused:
        go_live(shop.restaurant.owner, shop.account.id, values)
    assert refused.value.code == Code.LIVE_KEY_OF_ANOTHER
    assert refused.value.facts["live"] == "Another Kopi"
    assert ProcessorAccount.objects.get(tenant=shop.tenant).state == AccountState.ACTIVE
    go_live(shop.restaurant.owner, shop.account.id, values, is_other_meant=True)
    live = ProcessorAccount.objects.get(tenant=shop.tenant, state=AccountState.ACTIVE)
    assert (live.name, live.mode) == ("Another Kopi", Mode.LIVE)


@pytest.mark.django_db(transaction=True)
def test_what_is_no_good_live_key_changes_nothing(
    shop: Shop, at_the_processor: Callable[[str], None]
) -> None:
    at_the_processor(shop.sandbox.url)
    ready(shop)
    shop.sandbox.idle()
    before = ProcessorAccount.objects.get(tenant=shop.tenant)
    asked = len(shop.sandbox.requests())
    with pytest.raises(Invalid) as refused:
        go_live(shop.restaurant.owner, shop.account.id, {"secret_key": "sk_test_anotherone123"})
    assert refused.value.code == Code.TEST_KEY_TO_GO_LIVE
    with pytest.raises(Invalid) as refused:
        go_live(shop.restaurant.owner, shop.account.id, {"secret_key": ""})
    assert refused.value.code == Code.LIVE_KEY_MISSING
    for wrong in ("pk_live_0123456789abcdef0123", "' OR 1=1 --", "sk_live_x"):
        with pytest.raises(CredentialsRefused):
            go_live(shop.restaurant.owner, shop.account.id, {"secret_key": wrong})
    assert len(shop.sandbox.requests()) == asked, "a wrong key is not sent anywhere"
    with pytest.raises(KeyRefused):
        go_live(shop.restaurant.owner, shop.account.id, {"secret_key": "sk_live_unknown0123456789"})
    after = ProcessorAccount.objects.get(tenant=shop.tenant)
    assert (after.id, after.credentials, after.state) == (before.id, before.credentials, before.state)
