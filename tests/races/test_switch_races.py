"""Two owners who choose different accounts at once: exactly one takes new payments (M12, M13)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest

from duitpos.domain.errors import Conflict
from duitpos.domain.processor_accounts import switch
from duitpos.domain.processor_accounts.accounts import SavedAccount
from duitpos.domain.processor_accounts.in_use import put_in_use
from duitpos.domain.processor_accounts.switch import use_account
from duitpos.models import ProcessorAccount
from duitpos.models.payment_setup import AccountState
from tests.support.at_once import at_once
from tests.support.credentials import keep
from tests.support.shop import Shop

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def retired(webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> list[ProcessorAccount]:
    """Two retired accounts beside the one in use. Both presses have asked the processor before either writes."""
    both_asked = threading.Barrier(2)

    def asked(account: ProcessorAccount) -> SavedAccount:
        with suppress(threading.BrokenBarrierError):
            both_asked.wait(timeout=60)
        return SavedAccount(account, None, ())

    monkeypatch.setattr(switch, "recheck", asked)
    rows = []
    for name in ("acct_first", "acct_second"):
        row = ProcessorAccount(
            tenant=webhookless_shop.tenant,
            payment_type_id=webhookless_shop.account.payment_type_id,
            processor=webhookless_shop.account.processor,
            state=AccountState.RETIRED,
            external_id=name,
        )
        keep(row, secret_key=f"sk_test_{name}12345")
        row.save()
        rows.append(row)
    return rows


def _press(shop: Shop, account: ProcessorAccount) -> Callable[[], str]:
    def press() -> str:
        try:
            use_account(shop.restaurant.owner, account.id)
        except Conflict:
            return "lost"
        return "won"

    return press


def _in_use(shop: Shop) -> int:
    return ProcessorAccount.objects.filter(tenant=shop.tenant, state=AccountState.ACTIVE).count()


@pytest.mark.parametrize("is_one_in_use", [True, False])
def test_two_choices_at_once_leave_one_account_in_use(
    webhookless_shop: Shop, retired: list[ProcessorAccount], is_one_in_use: bool
) -> None:
    shop = webhookless_shop
    if not is_one_in_use:
        # Then the two choices change no row in common but the payment type's.
        ProcessorAccount.objects.filter(tenant=shop.tenant).update(state=AccountState.RETIRED)
    results = at_once([_press(shop, account) for account in retired])
    assert sorted(results) == ["lost", "won"]
    assert _in_use(shop) == 1


@pytest.mark.postgres_only
def test_without_the_claim_there_are_two(
    webhookless_shop: Shop, retired: list[ProcessorAccount], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter-check: each transaction sees the accounts as they were before the other one's commit."""
    both_retired = threading.Barrier(2)

    def wait_and_put(account: ProcessorAccount, at: object) -> bool:
        done = put_in_use(account, at)  # type: ignore[arg-type]
        with suppress(threading.BrokenBarrierError):
            both_retired.wait(timeout=60)
        return done

    ProcessorAccount.objects.filter(tenant=webhookless_shop.tenant).update(state=AccountState.RETIRED)
    monkeypatch.setattr(switch, "claim_switch", lambda tenant_id, type_id, seen: True)
    monkeypatch.setattr(switch, "put_in_use", wait_and_put)
    assert at_once([_press(webhookless_shop, account) for account in retired]) == ["won", "won"]
    assert _in_use(webhookless_shop) == 2
