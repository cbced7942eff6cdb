"""Whether pasted credentials belong to the account of a row, where the processor tells no id of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from duitpos.domain.processor_accounts.identity import check_credentials
from duitpos.models import Payment, ProcessorAccount
from tests.support.unlike_stripe import ONLY_TOTAL, FakeShop, capabilities, fake_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeShop]:
    with fake_shop(monkeypatch, capabilities(ONLY_TOTAL)) as opened:
        rows = ProcessorAccount.objects.filter(tenant=opened.tenant, id=opened.account.id)
        rows.update(external_id="")
        opened.account.refresh_from_db()
        yield opened


def test_a_page_that_took_money_twice_shows_that_it_is_the_same_account(shop: FakeShop) -> None:
    payment = shop.paid()
    further = shop.bank.pay(payment)
    shop.look(payment)
    newest = Payment.objects.filter(tenant=shop.tenant).order_by("-created_at").first()
    assert newest is not None
    assert newest.reference == further
    assert check_credentials(shop.account, {}, "").is_same


def test_a_payment_that_is_not_found_shows_another_account(shop: FakeShop) -> None:
    shop.paid()
    shop.bank.pages.clear()
    assert not check_credentials(shop.account, {}, "").is_same
