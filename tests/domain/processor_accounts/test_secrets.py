"""Secrets at rest: not in the database, not in the logs, not on an error page (M32)."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from duitpos.domain.processor_accounts.accounts import KeyRefused
from duitpos.domain.processor_accounts.credentials import unknown_key_ids
from duitpos.kit.crypto import SecretUnreadable
from duitpos.models import ProcessorAccount, Tenant
from duitpos.models.credentials import StoredCredentials
from tests.domain.processor_accounts.conftest import Owner
from tests.support.credentials import in_use

# Secrets with the form of Stripe's, which are unique in every file.
KEY, CANDIDATE = "sk_test_51Needle" + "k3y" * 12, "sk_test_51Needle" + "n3xt" * 9
HOOK, OLD_HOOK = "whsec_Needle" + "h00k" * 6, "whsec_Needle" + "0ld" * 7
REFUSED = "sk_test_51Needle" + "n0pe" * 9
SECRETS = (KEY, CANDIDATE, HOOK, OLD_HOOK, REFUSED)


def _fails(request: HttpRequest) -> HttpResponse:
    """A view that raises an error while it has a secret in a local variable."""
    tenant = Tenant.objects.get(slug="kopi")
    account = ProcessorAccount.objects.get(tenant=tenant)
    key = in_use(account, "secret_key")
    raise ValueError(f"Something broke with {key}")


urlpatterns = [path("fails/", _fails)]


@pytest.fixture
def log() -> Iterator[StringIO]:
    """All log output as in the operator's log file, with the libraries' debug messages."""
    stream = StringIO()
    template = next(one for one in logging.getLogger().handlers if isinstance(one, logging.StreamHandler))
    handler = logging.StreamHandler(stream)
    handler.setFormatter(template.formatter)
    root = logging.getLogger()
    levels = {one: one.level for one in (root, *map(logging.getLogger, ("stripe", "urllib3", "django")))}
    root.addHandler(handler)
    for one in levels:
        one.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    for one, level in levels.items():
        one.setLevel(level)


def _save_everything(owner: Owner) -> ProcessorAccount:
    account = owner.save(owner.add(), secret_key=owner.second_key(KEY), webhook_secret=OLD_HOOK).account
    owner.save(account, webhook_secret=HOOK)
    owner.sandbox.fault("drop", path="/v1/account$", count=2)
    owner.save(account, secret_key=owner.second_key(CANDIDATE))
    with pytest.raises(KeyRefused):
        owner.save(account, secret_key=REFUSED)
    row = owner.fresh(account)
    stored = row.read_credentials()
    assert stored == StoredCredentials(
        current={"secret_key": KEY, "webhook_secret": HOOK},
        previous=({"webhook_secret": OLD_HOOK},),
        waiting={"secret_key": CANDIDATE},
        waiting_endpoint=owner.sandbox.url,
        previous_until=stored.previous_until,
    )
    assert len(stored.previous_until) == 1
    return row


def _database_bytes() -> bytes:
    """The database's files; for a database server, all its rows."""
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        return b"".join(one.read_bytes() for one in sorted(file.parent.glob(f"{file.name}*")))
    rows: list[object] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT CAST(t AS text) FROM {connection.ops.quote_name(table)} AS t -- SET")
            rows += cursor.fetchall()
    return repr(rows).encode()


@pytest.mark.django_db(transaction=True)
def test_no_secret_in_the_database_the_logs_or_an_error_page(
    owner: Owner, log: StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    from duitpos.kit.tenancy import across_tenants

    _save_everything(owner)
    with override_settings(ROOT_URLCONF=sys.modules[__name__], DEBUG=False):
        answer = Client(raise_request_exception=False).get("/fails/")
    assert answer.status_code == 500
    with across_tenants("a test reads all there is"):
        stored = _database_bytes()
    places = {
        "the database": stored.decode("latin-1"),
        "the log": log.getvalue(),
        "the error page": answer.content.decode(),
        "standard output": "".join(capfd.readouterr()),
    }
    # Check that the outputs contain other data, so that the search for secrets is meaningful.
    assert "Sandbox Caf" in places["the database"]
    assert "/v1/account" in places["the log"]
    assert "Something broke with" in places["the log"]
    for place, text in places.items():
        for secret in SECRETS:
            assert secret not in text, place
            assert secret[12:-4] not in text, place


def test_a_secret_can_only_be_decrypted_in_its_own_row(owner: Owner) -> None:
    row = _save_everything(owner)
    assert row.credentials.startswith("test:")
    stranger = ProcessorAccount(tenant=owner.tenant, payment_type=owner.type, credentials=row.credentials)
    with pytest.raises(SecretUnreadable) as caught:
        stranger.read_credentials()
    assert "Needle" not in str(caught.value)


def test_credentials_have_no_readable_representation(owner: Owner) -> None:
    stored = _save_everything(owner).read_credentials()
    assert "Needle" not in repr(stored)


def test_missing_encryption_key_ids_are_reported(owner: Owner) -> None:
    assert unknown_key_ids() == set()
    _save_everything(owner)
    assert unknown_key_ids() == set()
    with override_settings(ENCRYPTION_KEYS={"k2": b"n" * 32}):
        assert unknown_key_ids() == {"test"}
