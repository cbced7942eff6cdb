"""An owner connects Kedai Pay: saved, checked, set up and verified by the domain as any other processor."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings

from duitpos.domain.payments.processors.connect import open_account, verify
from duitpos.domain.processor_accounts.accounts import add_processor, save_credentials
from duitpos.domain.processor_accounts.credentials import CredentialsRefused
from duitpos.domain.processor_accounts.types import create_type
from duitpos.domain.processor_accounts.view import account_view
from duitpos.models import ProcessorAccount
from duitpos.processors.errors import SignatureInvalid
from duitpos.processors.registry import ADAPTERS
from tests.processors.example.adapter import ExampleAdapter
from tests.processors.example.process import ExampleServer
from tests.processors.example.receiver import Receiver
from tests.processors.example.rig import ExampleRig
from tests.support.restaurant import Restaurant, a_restaurant

pytestmark = pytest.mark.django_db


@pytest.fixture
def kopi(kedai: ExampleServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Restaurant]:
    monkeypatch.setitem(ADAPTERS, "example", ExampleAdapter())
    with override_settings(SANDBOX_URLS=[kedai.url], BASE_URL="https://order.example.my"):
        yield a_restaurant()


@pytest.fixture
def rig(kedai: ExampleServer, receiver: Receiver) -> ExampleRig:
    return ExampleRig(kedai, receiver)


def new(kopi: Restaurant) -> ProcessorAccount:
    return add_processor(kopi.owner, create_type(kopi.owner, "KEDAI", "Kedai").id, "example")


def test_it_is_checked_and_set_up_when_it_is_saved(
    kopi: Restaurant, kedai: ExampleServer, rig: ExampleRig
) -> None:
    typed = {name: rig.credentials[name] for name in ("merchant_code", "api_password")}
    account = save_credentials(kopi.owner, new(kopi).id, typed, kedai.url).account
    assert (account.name, account.external_id) == ("Kedai Kopi Ujian", "KP1042")
    shown = account_view(account, "https://order.example.my", "kopi")
    callbacks = kedai.api("GET", "/v2/callbacks").json()
    assert [one["url"] for one in callbacks] == [shown.endpoint_url]
    assert rig.credentials["api_password"] not in str(shown)
    started = open_account(account).start(rig.request(), "key")
    assert kedai.bill(started.reference)["state"] == "due"


def test_a_delivery_names_the_account_that_it_is_for(
    kopi: Restaurant, kedai: ExampleServer, rig: ExampleRig
) -> None:
    account = save_credentials(kopi.owner, new(kopi).id, rig.credentials, kedai.url).account
    (sent,) = rig.deliveries_of(lambda started: rig.pay(started.reference))
    found, delivery = verify(kopi.tenant, "example", sent.body, sent.headers)
    assert found.id == account.id
    assert delivery.acknowledgement.body == "[accepted]"
    with pytest.raises(SignatureInvalid):
        verify(kopi.tenant, "example", sent.body + b" ", sent.headers)


def test_a_wrong_text_is_refused_before_any_call(
    kopi: Restaurant, kedai: ExampleServer, rig: ExampleRig
) -> None:
    before = len(kedai.requests())
    with pytest.raises(CredentialsRefused) as caught:
        save_credentials(kopi.owner, new(kopi).id, {**rig.credentials, "merchant_code": "1042"}, kedai.url)
    assert set(caught.value.problems) == {"merchant_code"}
    assert len(kedai.requests()) == before
