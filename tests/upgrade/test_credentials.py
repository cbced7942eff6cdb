"""Migration 0016 there and back, on both databases: what each account had sealed field by field is one document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from duitpos.kit.crypto import Vault, vault
from duitpos.kit.ids import uuid7
from duitpos.models import PaymentType, ProcessorAccount, Tenant
from duitpos.models.credentials import StoredCredentials
from duitpos.models.payment_setup import Mode, PaymentKind
from tests.support.restaurant import a_restaurant
from tests.upgrade.steps import go_forward, go_to, model_at

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BEFORE = import_module("duitpos.migrations.0016_credentials").Migration.dependencies
LOST = {"lost": b"l" * 32}

OLD = {
    "secret_key": "sk_test_in_use",
    "webhook_secret": "whsec_in_use",
    "webhook_secret_previous": "whsec_before",
    "candidate_secret_key": "sk_test_waits",
    "candidate_api_base": "http://127.0.0.1:12111",
    "candidate_webhook_secret": "whsec_waits",
}
NEW = StoredCredentials(
    current={"secret_key": "sk_test_in_use", "webhook_secret": "whsec_in_use"},
    previous=({"webhook_secret": "whsec_before"},),
    waiting={"secret_key": "sk_test_waits", "webhook_secret": "whsec_waits"},
    waiting_endpoint="http://127.0.0.1:12111",
)


@pytest.fixture
def old() -> Iterator[Any]:
    """The model as the version before had it; afterwards the newest tables, for the tests that follow."""
    go_to(*BEFORE)
    try:
        yield model_at(BEFORE, "ProcessorAccount")
    finally:
        go_forward()


@pytest.fixture
def tenant() -> Tenant:
    return a_restaurant().tenant


def online(tenant: Tenant) -> UUID:
    """The id of its online payment type: the version before lacks some of today's columns."""
    return PaymentType.objects.filter(tenant=tenant, kind=PaymentKind.ONLINE).values_list("id", flat=True)[0]


def made(old: Any, tenant: Tenant, texts: Mapping[str, str], box: Vault | None = None) -> Any:
    """A row of the version before, with its texts sealed as it did."""
    row = old(id=uuid7(), tenant_id=tenant.id, payment_type_id=online(tenant), processor="stripe")
    row.secrets = {
        name: (box or vault()).seal(text, f"{tenant.id}/{row.id}/{name}") for name, text in texts.items()
    }
    row.save()
    return row


def now_there(row: Any) -> ProcessorAccount:
    return ProcessorAccount.objects.get(tenant_id=row.tenant_id, id=row.id)


def secrets_of(row: Any) -> dict[str, str]:
    return dict(type(row).objects.get(tenant_id=row.tenant_id, id=row.id).secrets)


# The restaurant is opened with today's tables, so its fixture comes first.
def test_what_was_sealed_field_by_field_is_read_back(tenant: Tenant, old: Any) -> None:
    whole, empty = made(old, tenant, OLD), made(old, tenant, {})
    only_waiting = made(old, tenant, {"candidate_secret_key": "sk_test_first", "candidate_api_base": "x"})
    go_forward()
    assert now_there(whole).read_credentials() == NEW
    assert now_there(empty).credentials == ""
    assert now_there(only_waiting).read_credentials() == StoredCredentials(
        waiting={"secret_key": "sk_test_first"}, waiting_endpoint="x"
    )


def test_a_missing_key_stops_it_with_one_sentence_and_changes_nothing(tenant: Tenant, old: Any) -> None:
    readable, locked = made(old, tenant, OLD), made(old, tenant, OLD, Vault(LOST))
    before = secrets_of(readable), secrets_of(locked)
    with pytest.raises(ImproperlyConfigured, match=r"lacks the key 'lost'.*nothing was changed"):
        go_forward()
    assert (secrets_of(readable), secrets_of(locked)) == before
    with override_settings(ENCRYPTION_KEYS={**settings.ENCRYPTION_KEYS, **LOST}):
        go_forward()
    assert now_there(locked).read_credentials() == NEW


def test_a_damaged_text_is_left_out_and_named(
    tenant: Tenant, old: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    row = made(old, tenant, OLD)
    damaged = {**row.secrets, "webhook_secret_previous": row.secrets["secret_key"]}
    old.objects.filter(tenant_id=tenant.id, id=row.id).update(secrets=damaged)
    go_forward()
    said = capsys.readouterr().err
    assert f"Left out of account {row.id}: webhook_secret_previous." in said
    assert "sk_test_in_use" not in said
    assert now_there(row).read_credentials() == StoredCredentials(
        NEW.current, (), NEW.waiting, NEW.waiting_endpoint
    )


def test_the_way_back_keeps_what_the_version_before_can_keep(tenant: Tenant) -> None:
    account = ProcessorAccount(
        tenant=tenant, payment_type_id=online(tenant), processor="stripe", mode=Mode.UNKNOWN
    )
    former = ({"webhook_secret": "whsec_before"}, {"webhook_secret": "whsec_long_ago"})
    account.seal_credentials(StoredCredentials(NEW.current, former, NEW.waiting, NEW.waiting_endpoint))
    account.save()
    go_to(*BEFORE)
    try:
        model = model_at(BEFORE, "ProcessorAccount")
        row = model.objects.get(tenant_id=tenant.id, id=account.id)
        texts = {
            name: vault().open(box, f"{tenant.id}/{account.id}/{name}") for name, box in row.secrets.items()
        }
        assert (texts, row.mode) == (OLD, "test")
    finally:
        go_forward()
    assert now_there(account).read_credentials() == NEW
