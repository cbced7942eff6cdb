"""An account's webhook address: its own or shared, pasted at the processor or set up by its API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest
from django.test import Client, override_settings

from duitpos.domain.payments.processors.connect import open_account, verify
from duitpos.domain.processor_accounts.accounts import add_processor, check_account, save_credentials
from duitpos.domain.processor_accounts.findings import Finding
from duitpos.domain.processor_accounts.types import create_type
from duitpos.domain.processor_accounts.view import account_view
from duitpos.kit.slow_calls import bound_slow_calls, slow_calls
from duitpos.models import ProcessorAccount
from duitpos.processors.capabilities import WebhookAddress
from duitpos.processors.endpoints import EndpointTag
from duitpos.processors.errors import Failure, OwnCode, ProcessorError, SignatureInvalid
from duitpos.processors.registry import ADAPTERS
from tests.support.acme import GOOD, Acme, AcmeWebhooks
from tests.support.restaurant import Restaurant, a_restaurant

pytestmark = pytest.mark.django_db
BASE = "https://order.example.my"
UNSIGNED = {name: text for name, text in GOOD.items() if name != "signing_key"}


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> Acme:
    acme = Acme(webhooks=AcmeWebhooks())
    acme.can = replace(acme.can, webhook_address=WebhookAddress.OWN)
    monkeypatch.setitem(ADAPTERS, "acme", acme)
    return acme


@pytest.fixture
def kopi() -> Iterator[Restaurant]:
    with override_settings(SANDBOX_URLS=[], BASE_URL=BASE):
        yield a_restaurant()


@pytest.fixture
def two_threads() -> Iterator[None]:
    """A web process with two threads: one of them may wait for a processor."""
    bound_slow_calls(2)
    yield
    bound_slow_calls(0)


def new(kopi: Restaurant, code: str = "ACME") -> ProcessorAccount:
    return add_processor(kopi.owner, create_type(kopi.owner, code, code.title()).id, "acme")


def codes(findings: object) -> list[str]:
    assert isinstance(findings, tuple)
    return [one["code"] for one in findings]


def own_address(account: ProcessorAccount) -> str:
    return f"{BASE}/kopi/webhooks/acme/{account.id}/"


def test_the_page_shows_the_accounts_own_address(acme: Acme, kopi: Restaurant) -> None:
    account = new(kopi)
    assert account_view(account, BASE, "kopi").endpoint_url == own_address(account)
    for kind, url in ((WebhookAddress.SHARED, f"{BASE}/kopi/webhooks/acme/"), (WebhookAddress.NONE, "")):
        acme.can = replace(acme.can, webhook_address=kind)
        assert account_view(account, BASE, "kopi").endpoint_url == url


def test_it_is_set_up_when_the_credentials_are_saved(acme: Acme, kopi: Restaurant) -> None:
    saved = save_credentials(kopi.owner, new(kopi).id, UNSIGNED)
    assert acme.webhooks is not None
    assert acme.webhooks.entries == {"entry-1": own_address(saved.account)}
    assert Finding.WEBHOOK_INSTALLED in codes(saved.findings)
    assert Finding.NOTHING_VERIFIES not in codes(saved.findings)
    account, _ = verify(kopi.tenant, "acme", b"{}", {"signature": "installed 1"})
    assert account.id == saved.account.id
    check_account(kopi.owner, account.id)
    assert acme.webhooks.made == 1, "what verifies it is known"


def test_what_the_owner_pasted_is_used(acme: Acme, kopi: Restaurant) -> None:
    saved = save_credentials(kopi.owner, new(kopi).id, GOOD)
    assert acme.webhooks is not None
    assert acme.webhooks.entries == {}
    assert Finding.WEBHOOK_INSTALLED not in codes(saved.findings)


def test_an_entry_whose_key_was_lost_is_replaced(acme: Acme, kopi: Restaurant) -> None:
    account = new(kopi)
    acme.webhooks = AcmeWebhooks(
        {"of a lost answer": own_address(account), "of another": f"{BASE}/elsewhere"}
    )
    save_credentials(kopi.owner, account.id, UNSIGNED)
    assert acme.webhooks.entries == {"of another": f"{BASE}/elsewhere", "entry-1": own_address(account)}


def test_a_refusal_is_said_and_the_next_check_tries_again(acme: Acme, kopi: Restaurant) -> None:
    assert acme.webhooks is not None
    acme.webhooks.error = ProcessorError(Failure.REFUSED, processor="Acme Pay", said="No http addresses.")
    saved = save_credentials(kopi.owner, new(kopi).id, UNSIGNED)
    (finding,) = [one for one in saved.findings if one["code"] == Finding.WEBHOOK_NOT_INSTALLED]
    assert finding["reason"]["said"] == "No http addresses."
    assert Finding.NOTHING_VERIFIES in codes(saved.findings)
    acme.webhooks.error = None
    assert Finding.WEBHOOK_INSTALLED in codes(check_account(kopi.owner, saved.account.id).findings)


def test_setting_it_up_counts_among_the_calls_that_threads_may_wait_for(
    acme: Acme, kopi: Restaurant, two_threads: None
) -> None:
    """M78."""
    account = save_credentials(kopi.owner, new(kopi).id, UNSIGNED).account
    endpoints = open_account(account).endpoints
    assert endpoints is not None
    tag = EndpointTag("here", "kopi")
    with slow_calls().place(str(account.id)):
        for call in (
            endpoints.list,
            partial(endpoints.create, own_address(account), tag, "key-1"),
            partial(endpoints.remove, "entry-1"),
        ):
            with pytest.raises(ProcessorError) as caught:
                call()
            assert caught.value.code == OwnCode.FULL
    assert [one.url for one in endpoints.list()] == [own_address(account)]
    with slow_calls().place(str(account.id)):
        pass


def test_a_delivery_to_one_accounts_address_is_verified_by_that_account_only(
    acme: Acme, kopi: Restaurant, client: Client
) -> None:
    acme.webhooks = None
    mine, other = (
        save_credentials(
            kopi.owner, new(kopi, code).id, {**GOOD, "seller": code, "signing_key": code}
        ).account
        for code in ("MINE", "OTHER")
    )
    headers = {"signature": "MINE"}
    assert verify(kopi.tenant, "acme", b"{}", headers)[0].id == mine.id
    assert verify(kopi.tenant, "acme", b"{}", headers, mine.id)[0].id == mine.id
    with pytest.raises(SignatureInvalid):
        verify(kopi.tenant, "acme", b"{}", headers, other.id)
    counted = ProcessorAccount.objects.filter(tenant=kopi.tenant, bad_signatures=1)
    assert [row.id for row in counted] == [other.id]
    for url, status in ((own_address(mine), 200), (own_address(mine)[:-1], 200), (own_address(other), 400)):
        answer = client.post(url.removeprefix(BASE), b"{}", content_type="application/json", headers=headers)
        assert answer.status_code == status, url
