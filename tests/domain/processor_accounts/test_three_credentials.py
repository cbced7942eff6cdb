"""Whatever credentials an adapter names: all of them are stored, opened with and shown, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from django.test import override_settings

from duitpos.domain.checkout.options import pay_options
from duitpos.domain.payments.processors.connect import forget_accounts, open_account, verify
from duitpos.domain.processor_accounts.account_codes import AccountCode
from duitpos.domain.processor_accounts.account_findings import account_findings, around
from duitpos.domain.processor_accounts.accounts import (
    KeyRefused,
    SavedAccount,
    add_processor,
    check_account,
    save_credentials,
)
from duitpos.domain.processor_accounts.credentials import CredentialsRefused
from duitpos.domain.processor_accounts.findings import Finding
from duitpos.domain.processor_accounts.health import health_of
from duitpos.domain.processor_accounts.types import create_type, types_of
from duitpos.domain.processor_accounts.view import Health, account_view
from duitpos.models import ProcessorAccount
from duitpos.models.credentials import StoredCredentials
from duitpos.models.payment_setup import AccountState
from duitpos.models.payment_setup import Mode as StoredMode
from duitpos.processors.credentials import CurrencyProblem, Mode
from duitpos.processors.errors import Failure, ProcessorError, SignatureInvalid
from duitpos.processors.registry import ADAPTERS
from tests.support.acme import FACTS, GOOD, Acme
from tests.support.credentials import in_use, keep
from tests.support.restaurant import Restaurant, a_location, a_restaurant

pytestmark = pytest.mark.django_db
SANDBOX = "http://127.0.0.1:12111"
UNAVAILABLE = ProcessorError(Failure.UNAVAILABLE, processor="Acme Pay")


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> Acme:
    installed = Acme()
    monkeypatch.setitem(ADAPTERS, "acme", installed)
    return installed


@pytest.fixture
def kopi() -> Iterator[Restaurant]:
    with override_settings(SANDBOX_URLS=[]):
        yield a_restaurant()


def new(kopi: Restaurant, code: str = "ACME") -> ProcessorAccount:
    return add_processor(kopi.owner, create_type(kopi.owner, code, code.title()).id, "acme")


def save(
    kopi: Restaurant, account: ProcessorAccount, api_base: str | None = None, **values: str
) -> SavedAccount:
    return save_credentials(kopi.owner, account.id, values, api_base)


def working(kopi: Restaurant, **values: str) -> ProcessorAccount:
    return save(kopi, new(kopi), **{**GOOD, **values}).account


def fresh(account: ProcessorAccount) -> ProcessorAccount:
    return ProcessorAccount.objects.get(tenant_id=account.tenant_id, id=account.id)


def rows(kopi: Restaurant) -> list[ProcessorAccount]:
    return list(ProcessorAccount.objects.filter(tenant=kopi.tenant).order_by("created_at", "id"))


def codes(findings: Any) -> list[str]:
    return [one["code"] for one in findings]


# -- stored, opened with, shown ------------------------------------------------------------------------------


def test_all_are_stored_and_opened_with(acme: Acme, kopi: Restaurant) -> None:
    account = working(kopi)
    assert fresh(account).read_credentials() == StoredCredentials(current=GOOD)
    assert acme.opened == [(GOOD, ""), (GOOD, "")], "checked, then reviewed"
    open_account(fresh(account))
    assert acme.opened[-1] == (GOOD, "")


def test_all_are_shown_but_no_secret_leaves_the_domain(acme: Acme, kopi: Restaurant) -> None:
    view = account_view(fresh(working(kopi)), "", "kopi")
    fingerprint = sha256(GOOD["signing_key"].encode()).hexdigest()[:8]
    assert [(one.field.label, one.masked, one.value) for one in view.fields] == [
        ("Seller's Number", "S-1", "S-1"),
        ("API Key", "key_…cdef", ""),
        ("Signing Key", fingerprint, ""),
    ]
    assert view.verified_with == "Signing Key"
    assert "0123456789" not in repr(view)
    assert "BEGIN KEY" not in repr(view)


def test_a_blank_one_keeps_the_stored_value(acme: Acme, kopi: Restaurant) -> None:
    account = working(kopi)
    save(kopi, account, api_key="key_another", seller="", signing_key=" ")
    assert fresh(account).read_credentials().current == {**GOOD, "api_key": "key_another"}
    assert acme.opened[-1][0] == {**GOOD, "api_key": "key_another"}


def test_a_first_save_that_lacks_a_required_one_calls_nobody_and_saves_nothing(
    acme: Acme, kopi: Restaurant
) -> None:
    account = new(kopi)
    with pytest.raises(CredentialsRefused) as caught:
        save(kopi, account, seller="S-1")
    assert {name: one["code"] for name, one in caught.value.problems.items()} == {"api_key": "required"}
    assert (acme.opened, fresh(account).credentials) == ([], "")


def test_a_wrong_form_is_refused_with_what_the_field_says_of_itself(acme: Acme, kopi: Restaurant) -> None:
    with pytest.raises(CredentialsRefused) as caught:
        save(kopi, new(kopi), **{**GOOD, "api_key": "hunter2"})
    assert caught.value.problems["api_key"] == {
        "code": "wrong_form",
        "field": "API Key",
        "processor": "Acme Pay",
        "begins_with": ["key_"],
        "where": "Settings, API",
    }


@pytest.mark.parametrize(
    "pasted, field", [({"api_key": "key_other"}, "api_key"), ({"seller": "S-2"}, "seller")]
)
def test_a_refusal_is_told_beside_what_was_pasted(
    acme: Acme, kopi: Restaurant, pasted: dict[str, str], field: str
) -> None:
    account = working(kopi)
    acme.error = ProcessorError(Failure.KEY_REFUSED, processor="Acme Pay")
    with pytest.raises(KeyRefused) as caught:
        save(kopi, account, **pasted)
    assert caught.value.field == field
    assert fresh(account).read_credentials().current == GOOD


def test_an_account_that_lacks_a_required_one_is_not_opened(acme: Acme, kopi: Restaurant) -> None:
    """A later version of the adapter may need more than was asked for before."""
    row = working(kopi)
    keep(row, seller="")
    with pytest.raises(ProcessorError, match="key_missing"):
        open_account(row)


def test_what_stops_payments_is_said_with_its_name(acme: Acme, kopi: Restaurant) -> None:
    a_location(kopi.tenant, "kuwait", currency="KWD")
    acme.facts = replace(FACTS, can_charge=False)
    findings = save(kopi, new(kopi), **GOOD).findings
    (stopped,) = [one for one in findings if one["code"] == AccountCode.CANNOT_CHARGE]
    assert stopped["processor"] == "Acme Pay"
    (impossible,) = [one for one in findings if one["code"] == AccountCode.CURRENCY_IMPOSSIBLE]
    assert (impossible["problem"], impossible["currency"]) == (CurrencyProblem.NOT_TAKEN, "KWD")


# -- what verifies deliveries --------------------------------------------------------------------------------


def verifies(kopi: Restaurant, key: str) -> bool:
    try:
        verify(kopi.tenant, "acme", b"", {"signature": key})
    except SignatureInvalid:
        return False
    return True


def test_what_only_verifies_is_saved_though_nobody_answers(acme: Acme, kopi: Restaurant) -> None:
    account = working(kopi)
    acme.error = UNAVAILABLE
    assert codes(save(kopi, account, signing_key="second").findings) == [Finding.NOT_CHECKED]
    row = fresh(account)
    assert (in_use(row, "signing_key"), row.read_credentials().waiting) == ("second", {})


def test_every_former_one_verifies_for_a_day_after_it_was_replaced(acme: Acme, kopi: Restaurant) -> None:
    keys = ("fourth", "third", "second", GOOD["signing_key"])

    def those_that_verify() -> list[str]:
        forget_accounts(kopi.tenant, "acme")
        return [key for key in keys if verifies(kopi, key)]

    with time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=UTC), tick=False) as clock:
        account = working(kopi)
        for key in ("second", "third", "fourth"):
            save(kopi, account, signing_key=key)
            clock.shift(timedelta(hours=6))
        # Replaced at 12:00, 18:00 and 0:00; now it is 6:00.
        assert those_that_verify() == [*keys]
        clock.move_to(datetime(2026, 11, 25, 12, tzinfo=UTC) - timedelta(seconds=1))
        assert those_that_verify() == [*keys]
        clock.shift(timedelta(seconds=1))
        assert those_that_verify() == ["fourth", "third", "second"]
        clock.shift(timedelta(hours=12))
        assert those_that_verify() == ["fourth"]
        save(kopi, account, signing_key="third")
        assert fresh(account).read_credentials().previous == ({"signing_key": "fourth"},), (
            "the ended are dropped"
        )


def test_former_ones_of_an_earlier_version_have_no_end() -> None:
    stored = StoredCredentials.from_text('{"current": {"k": "b"}, "previous": [{"k": "a"}]}')
    assert stored.verifying_at(datetime(2036, 1, 1, tzinfo=UTC)) == ({"k": "b"}, {"k": "a"})


def test_a_long_text_is_the_same_with_a_browsers_line_ends(acme: Acme, kopi: Restaurant) -> None:
    account = working(kopi)
    save(kopi, account, signing_key=GOOD["signing_key"].replace("\n", "\r\n") + "\r\n")
    assert fresh(account).read_credentials() == StoredCredentials(current=GOOD)


def test_without_one_the_owner_is_told_which_is_lacking(acme: Acme, kopi: Restaurant) -> None:
    saved = save(kopi, new(kopi), seller="S-1", api_key="key_1")
    lacking = {"code": Finding.NOTHING_VERIFIES, "field": "Signing Key"}
    assert lacking in saved.findings
    health = account_view(fresh(saved.account), "", "kopi").health
    assert {"code": Health.NOTHING_VERIFIES, "field": "Signing Key"} in health
    assert lacking not in save(kopi, saved.account, signing_key="first").findings


# -- unreadable ----------------------------------------------------------------------------------------------


def test_when_they_cannot_be_read_all_must_be_pasted_again(acme: Acme, kopi: Restaurant) -> None:
    account = working(kopi)
    with override_settings(ENCRYPTION_KEYS={"new": b"n" * 32}):
        view = account_view(fresh(account), "", "kopi")
        assert all(one.is_unreadable and not one.masked for one in view.fields)
        assert codes(check_account(kopi.owner, account.id).findings) == [Finding.KEY_UNREADABLE]
        for some in ({"api_key": "key_1"}, {"signing_key": "second"}):
            with pytest.raises(CredentialsRefused) as caught:
                save(kopi, account, **some)
            assert "required" in codes(caught.value.problems.values())
        assert fresh(account).credentials == account.credentials
        save(kopi, account, seller="S-1", api_key="key_1")
        assert fresh(account).read_credentials() == StoredCredentials({"seller": "S-1", "api_key": "key_1"})


# -- waiting -------------------------------------------------------------------------------------------------


def test_what_cannot_be_checked_waits_whole_and_is_then_used(acme: Acme, kopi: Restaurant) -> None:
    account = working(kopi)
    acme.error = UNAVAILABLE
    save(kopi, account, seller="S-1b", signing_key="second")
    stored = fresh(account).read_credentials()
    assert stored.current == GOOD
    assert stored.waiting == {"seller": "S-1b", "api_key": GOOD["api_key"], "signing_key": "second"}
    assert not verifies(kopi, "second"), "it may be another account's"
    acme.error = None
    check_account(kopi.owner, account.id)
    stored = fresh(account).read_credentials()
    assert stored.current == {"seller": "S-1b", "api_key": GOOD["api_key"], "signing_key": "second"}
    assert (stored.waiting, stored.previous) == ({}, ({"signing_key": GOOD["signing_key"]},))


def test_pasting_the_ones_in_use_again_ends_the_waiting(acme: Acme, kopi: Restaurant) -> None:
    account = working(kopi)
    acme.error = UNAVAILABLE
    save(kopi, account, api_key="key_waits")
    acme.error = None
    save(kopi, account, api_key=GOOD["api_key"])
    assert fresh(account).read_credentials() == StoredCredentials(current=GOOD)


# -- another account, and what is not known yet --------------------------------------------------------------


def test_another_account_takes_over_nothing_that_verifies_for_the_old_one(
    acme: Acme, kopi: Restaurant
) -> None:
    old = working(kopi)
    acme.facts = replace(FACTS, external_id="S-2")
    made = save(kopi, old, seller="S-2", api_key="key_2").account
    assert made.id != old.id
    assert made.read_credentials() == StoredCredentials({"seller": "S-2", "api_key": "key_2"})


def test_a_mode_that_nobody_tells_is_unknown_and_counts_as_test(acme: Acme, kopi: Restaurant) -> None:
    acme.facts = replace(FACTS, mode=None)
    account = working(kopi)
    assert (fresh(account).mode, fresh(account).is_live) == ("", False)
    (option,) = pay_options(kopi.tenant, kopi.location)
    assert (option.mode, option.is_test) == ("", True)
    shown = {row.type.code: row.mode for row in types_of(kopi.tenant)}
    assert (shown["ACME"], shown["CASH"]) == ("", None)


@pytest.mark.parametrize("mode", list(Mode))
def test_a_mode_and_an_id_that_become_known_later_are_no_other_account(
    acme: Acme, kopi: Restaurant, mode: Mode
) -> None:
    acme.facts = replace(FACTS, mode=None, external_id="")
    account = working(kopi)
    acme.facts = replace(FACTS, mode=mode)
    check_account(kopi.owner, account.id)
    (row,) = rows(kopi)
    assert (row.id, row.mode, row.external_id) == (account.id, mode, "S-1")
    acme.facts = replace(FACTS, mode=None)
    check_account(kopi.owner, account.id)
    assert fresh(account).mode == mode, "and they stay known"


@pytest.mark.parametrize("before, now", [(None, Mode.TEST), (Mode.LIVE, None), (None, None)])
def test_an_account_that_is_added_again_gets_its_former_row(
    acme: Acme, kopi: Restaurant, before: Mode | None, now: Mode | None
) -> None:
    acme.facts = replace(FACTS, mode=before)
    first = working(kopi)
    ProcessorAccount.objects.filter(tenant=kopi.tenant).update(state=AccountState.RETIRED)
    acme.facts = replace(FACTS, mode=now)
    again = add_processor(kopi.owner, first.payment_type_id, "acme")
    assert save(kopi, again, **GOOD).account.id == first.id
    (row,) = rows(kopi)
    assert (row.state, row.mode) == (AccountState.ACTIVE, now or before or "")


def test_of_two_rows_of_an_account_an_unknown_mode_chooses_none(acme: Acme, kopi: Restaurant) -> None:
    first = working(kopi)
    acme.facts = replace(FACTS, mode=Mode.LIVE)
    save(kopi, first, api_key="key_live")
    ProcessorAccount.objects.filter(tenant=kopi.tenant).update(state=AccountState.RETIRED)
    acme.facts = replace(FACTS, mode=None)
    save(kopi, add_processor(kopi.owner, first.payment_type_id, "acme"), **GOOD)
    assert {row.mode: row.state for row in rows(kopi)} == {
        "test": "retired", "live": "retired", "": "active",
    }  # fmt: skip


def test_an_unknown_mode_is_not_said_to_be_mixed(acme: Acme, kopi: Restaurant) -> None:
    working(kopi)
    ProcessorAccount.objects.filter(tenant=kopi.tenant).update(mode=StoredMode.LIVE)
    acme.facts = replace(FACTS, mode=None, external_id="S-9")
    account = save(kopi, new(kopi, "TWO"), **GOOD).account
    judged = account_findings(account, health_of(account), around(kopi.tenant.id))
    assert AccountCode.MODES_MIXED not in [one.code for one in judged]


def test_an_unknown_mode_may_use_a_sandbox_and_real_money_may_not(acme: Acme, kopi: Restaurant) -> None:
    acme.facts = replace(FACTS, mode=None)
    with override_settings(SANDBOX_URLS=[SANDBOX]):
        account = working(kopi)
        assert (acme.opened[-1][1], fresh(account).api_base) == (SANDBOX, SANDBOX)
        with pytest.raises(CredentialsRefused, match="address_not_allowed"):
            save(kopi, account, api_base="http://127.0.0.1:9", api_key="key_1")
        acme.facts = replace(FACTS, mode=Mode.LIVE)
        with pytest.raises(KeyRefused) as caught:
            save(kopi, account, api_key="key_1")
        assert "live_key_at_sandbox" in str(caught.value.facts["reason"])
        assert in_use(fresh(account), "api_key") == GOOD["api_key"]


def test_an_account_known_to_be_live_never_goes_to_a_sandbox(acme: Acme, kopi: Restaurant) -> None:
    acme.facts = replace(FACTS, mode=Mode.LIVE)
    account = working(kopi)
    acme.facts = replace(FACTS, mode=None)
    with override_settings(SANDBOX_URLS=[SANDBOX]):
        save(kopi, account, api_key="key_1")
        assert fresh(account).api_base == "", "credentials that do not tell stay where the account is"
        asked = len(acme.opened)
        with pytest.raises(CredentialsRefused, match="live_key_at_sandbox"):
            save(kopi, account, api_base=SANDBOX)
        assert len(acme.opened) == asked
        row = fresh(account)
        row.api_base = SANDBOX
        with pytest.raises(ProcessorError, match="live_key_at_sandbox"):
            open_account(row)
