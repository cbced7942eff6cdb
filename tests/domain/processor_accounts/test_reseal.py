"""Resealing: an old encryption key can be dropped, and nothing that is saved meanwhile is lost (M32)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator

import pytest
import stripe
from django.conf import settings
from django.test import override_settings

from duitpos.domain.payments.processors.connect import verify
from duitpos.domain.processor_accounts import reseal as module
from duitpos.domain.processor_accounts.credentials import read_pasted
from duitpos.domain.processor_accounts.reseal import Resealed, reseal_all
from duitpos.domain.processor_accounts.store import Changed, keep_verifiers
from duitpos.kit.crypto import Vault, key_id_of, vault
from duitpos.kit.transact import transact
from duitpos.models import ProcessorAccount, Tenant
from duitpos.models.credentials import StoredCredentials
from tests.support.at_once import at_once
from tests.support.credentials import in_use
from tests.support.restaurant import a_restaurant, online_type

pytestmark = pytest.mark.django_db
NEW = {"k2": b"n" * 32}
ALL = StoredCredentials(
    current={"secret_key": "sk_test_in_use", "webhook_secret": "whsec_in_use"},
    previous=({"webhook_secret": "whsec_before"},),
    waiting={"secret_key": "sk_test_waits"},
    waiting_endpoint="http://127.0.0.1:9",
)


def an_account(tenant: Tenant, stored: StoredCredentials = ALL) -> ProcessorAccount:
    kind = online_type(tenant)
    account = ProcessorAccount(tenant=tenant, payment_type=kind, processor="stripe")
    account.seal_credentials(stored)
    account.save()
    return account


def fresh(account: ProcessorAccount) -> ProcessorAccount:
    return ProcessorAccount.objects.get(tenant_id=account.tenant_id, id=account.id)


@pytest.fixture
def former() -> dict[str, bytes]:
    """The keys before the operator put a new one first."""
    return dict(settings.ENCRYPTION_KEYS)


@pytest.fixture
def rotated(former: dict[str, bytes]) -> Iterator[None]:
    """A new key is the first from now on. Use `sealed_before` to seal with the former."""
    with override_settings(ENCRYPTION_KEYS={**NEW, **former}):
        yield


def sealed_before(former: dict[str, bytes], tenant: Tenant) -> ProcessorAccount:
    with override_settings(ENCRYPTION_KEYS=former):
        return an_account(tenant)


def test_every_account_is_sealed_with_the_first_key_and_reads_as_before(
    rotated: None, former: dict[str, bytes]
) -> None:
    accounts = [sealed_before(former, a_restaurant(slug).tenant) for slug in ("kopi", "teh")]
    an_account(accounts[0].tenant, StoredCredentials())
    assert reseal_all() == Resealed(2, (), ("test",))
    for account in accounts:
        row = fresh(account)
        assert key_id_of(row.credentials) == "k2"
        assert row.read_credentials() == ALL
    with override_settings(ENCRYPTION_KEYS=NEW):
        assert fresh(accounts[0]).read_credentials() == ALL


def test_a_second_run_changes_nothing(rotated: None, former: dict[str, bytes]) -> None:
    account = sealed_before(former, a_restaurant().tenant)
    reseal_all()
    sealed = fresh(account).credentials
    assert reseal_all() == Resealed(0, (), ("test",))
    assert fresh(account).credentials == sealed


def test_what_cannot_be_read_stays_and_is_named(rotated: None, former: dict[str, bytes]) -> None:
    tenant = a_restaurant().tenant
    with override_settings(ENCRYPTION_KEYS={"lost": b"l" * 32}):
        lost = an_account(tenant)
    readable, damaged = sealed_before(former, tenant), an_account(tenant)
    rows = ProcessorAccount.objects.filter(tenant=tenant, id=damaged.id)
    rows.update(credentials=readable.credentials)
    done = reseal_all()
    assert (done.resealed, done.unneeded) == (1, ())
    assert {(one.tenant, one.account_id, one.key_id) for one in done.unreadable} == {
        ("kopi", lost.id, "lost"),
        ("kopi", damaged.id, "test"),
    }
    assert fresh(lost).credentials == lost.credentials


def test_an_account_that_was_removed_meanwhile_is_no_error(rotated: None, former: dict[str, bytes]) -> None:
    account = sealed_before(former, a_restaurant().tenant)
    ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id)._raw_delete("default")
    assert module.reseal(account) is False


# -- while others save --------------------------------------------------------------------------------------


def unguarded(account: ProcessorAccount, before: str, after: str) -> int:
    """What reseal must not do: write over whatever is there now."""
    rows = ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id)
    return rows.update(credentials=after)


def save(account: ProcessorAccount, secret: str) -> None:
    """An owner saves another webhook secret."""
    while True:
        row = fresh(account)
        pasted = read_pasted(row, {"webhook_secret": secret}, None)
        try:
            transact(lambda row=row, pasted=pasted: keep_verifiers(row, pasted))  # type: ignore[misc]
        except Changed:
            continue
        return


@pytest.mark.parametrize(
    "replace, kept", [(module._replace, "whsec_saved_meanwhile"), (unguarded, "whsec_in_use")]
)
@pytest.mark.django_db(transaction=True)
def test_what_is_saved_between_reading_and_writing_stays(
    rotated: None,
    former: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
    replace: Callable[[ProcessorAccount, str, str], int],
    kept: str,
) -> None:
    """The second case is the control: without the guard it would be lost."""
    account = sealed_before(former, a_restaurant().tenant)
    meanwhile = ["whsec_saved_meanwhile"]

    def late(row: ProcessorAccount, before: str, after: str) -> int:
        while meanwhile:
            at_once([lambda: save(account, meanwhile[0])])
            meanwhile.pop()
        return replace(row, before, after)

    monkeypatch.setattr(module, "_replace", late)
    # The other thread has to write while this one is between its reading and its writing.
    monkeypatch.setattr(module, "transact", lambda work: work())
    module.reseal(fresh(account))
    assert in_use(fresh(account), "webhook_secret") == kept
    assert key_id_of(fresh(account).credentials) == "k2"


BODY = json.dumps({"id": "evt_1", "object": "event", "created": 1795456863, "type": "customer.created"})


def verifies(tenant: Tenant, secret: str) -> bool:
    signature = stripe.WebhookSignature.generate_signature_header(BODY, secret)
    account, _ = verify(tenant, "stripe", BODY.encode(), {"stripe-signature": signature})
    return account.tenant_id == tenant.id


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_under_load_no_save_is_lost_and_every_delivery_verifies(
    rotated: None, former: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes still seal with the former key first, so that resealing never runs out of work."""
    accounts = [sealed_before(former, a_restaurant(slug).tenant) for slug in ("kopi", "teh")]
    old_first, still_old = Vault({**former, **NEW}), threading.local()

    def by_thread() -> Vault:
        return old_first if getattr(still_old, "yes", False) else vault()

    monkeypatch.setattr("duitpos.models.payment_setup.vault", by_thread)
    left, resealed = [len(accounts)], []

    def owner(account: ProcessorAccount) -> None:
        still_old.yes = True
        try:
            for number in range(40):
                secret = f"whsec_{account.tenant.slug}_{number:08}"
                save(account, secret)
                assert in_use(fresh(account), "webhook_secret") == secret
                assert verifies(account.tenant, secret)
        finally:
            left[0] -= 1

    def operator() -> None:
        while left[0]:
            resealed.append(reseal_all().resealed)

    at_once([*[lambda account=account: owner(account) for account in accounts], operator])
    assert sum(resealed) > len(accounts), "it had something to do while they saved"
    reseal_all()
    for account in accounts:
        row = fresh(account)
        assert in_use(row, "webhook_secret") == f"whsec_{account.tenant.slug}_{39:08}"
        assert in_use(row, "secret_key") == "sk_test_in_use"
        assert key_id_of(row.credentials) == "k2"
