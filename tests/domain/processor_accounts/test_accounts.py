"""Keys: their accounts, where they are used, and the keys that they replace (M12, M13, M14)."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import override_settings

from duitpos.dashboard.texts.processors import finding_text
from duitpos.domain.errors import Conflict, Forbidden, Gone, Invalid, Unavailable
from duitpos.domain.payments.problems import pause_account
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.processor_accounts.accounts import (
    KeyRefused,
    Removal,
    SavedAccount,
    add_processor,
    check_account,
    remove_account,
    save_credentials,
)
from duitpos.domain.processor_accounts.credentials import CredentialsRefused, read_pasted
from duitpos.domain.processor_accounts.findings import Finding
from duitpos.domain.processor_accounts.types import create_type, edit_type, type_of
from duitpos.domain.processor_accounts.view import Health, account_view
from duitpos.domain.tenancy.installation import forget, installation
from duitpos.models import Alert, PaymentType, ProcessorAccount
from duitpos.models.payment_setup import AccountState, Mode
from duitpos.models.people import Role
from duitpos.processors.errors import Failure, ProcessorError
from tests.domain.processor_accounts.conftest import WEBHOOK_SECRET, Owner
from tests.support.credentials import in_use, keep, previous, waiting
from tests.support.restaurant import a_location, a_member, a_restaurant

REAL_LIVE = "sk_live_51SabcdEFghIJklMN" + "x" * 80


# -- first setup ----------


def codes(saved: SavedAccount) -> list[str]:
    return [finding["code"] for finding in saved.findings]


def texts(saved: SavedAccount) -> list[str]:
    return [finding_text(finding) for finding in saved.findings]


def test_a_valid_key_shows_its_account_and_is_used(owner: Owner) -> None:
    saved = owner.save(
        owner.add(),
        secret_key=f" {owner.sandbox.secret_key}\n",
        webhook_secret=WEBHOOK_SECRET,
    )
    row = owner.fresh(saved.account)
    assert saved.facts is not None
    assert (row.state, row.mode, row.external_id, row.api_base) == (
        AccountState.ACTIVE, Mode.TEST, owner.account_id, owner.sandbox.url,
    )  # fmt: skip
    assert (row.name, row.country, row.currency, row.can_charge) == ("Sandbox Café", "MY", "MYR", True)
    assert in_use(row, "secret_key") == owner.sandbox.secret_key
    assert in_use(row, "webhook_secret") == WEBHOOK_SECRET
    assert row.next_events_at is not None
    assert finding_text(saved.findings[0]) == (
        "The key belongs to Sandbox Café (MY), test mode: no real money."
    )
    assert Finding.TYPE_INACTIVE in codes(saved)
    assert open_account(row).check().external_id == owner.account_id


def test_added_twice_is_one_row(owner: Owner) -> None:
    assert owner.add().id == owner.add().id
    owner.working()
    assert owner.add().state == AccountState.ACTIVE
    assert len(owner.rows()) == 1


def test_invalid_processors_cannot_be_added(owner: Owner) -> None:
    cash = PaymentType.objects.get(tenant=owner.tenant, code="CASH")
    with pytest.raises(Conflict, match="type_needs_no_processor"):
        add_processor(owner.member, cash.id, "stripe")
    with pytest.raises(Invalid):
        add_processor(owner.member, owner.type.id, "abacus")


def test_the_webhook_secret_may_come_later_or_first(owner: Owner) -> None:
    later = owner.save(owner.add(), secret_key=owner.sandbox.secret_key, webhook_secret="")
    assert Finding.NOTHING_VERIFIES in codes(later)
    owner.save(later.account, webhook_secret=WEBHOOK_SECRET)
    assert in_use(owner.fresh(later.account), "webhook_secret") == WEBHOOK_SECRET
    other = add_processor(owner.member, create_type(owner.member, "TWO", "Two").id, "stripe")
    first = owner.save(other, webhook_secret=WEBHOOK_SECRET)
    assert codes(first) == [Finding.NO_KEY_YET]
    saved = owner.save(other, secret_key=owner.another_key())
    assert in_use(saved.account, "webhook_secret") == WEBHOOK_SECRET


def test_blank_keeps_the_old_one(owner: Owner) -> None:
    account = owner.working()
    saved = owner.save(account, secret_key="", webhook_secret="  ")
    assert saved.facts is not None
    row = owner.fresh(account)
    assert (in_use(row, "secret_key"), in_use(row, "webhook_secret")) == (
        owner.sandbox.secret_key,
        WEBHOOK_SECRET,
    )


def test_a_rotated_webhook_secret_keeps_the_former(owner: Owner) -> None:
    account = owner.working()
    owner.save(account, webhook_secret=WEBHOOK_SECRET)
    assert previous(owner.fresh(account), "webhook_secret") == []
    owner.save(account, webhook_secret="whsec_the_new_one_12345")
    row = owner.fresh(account)
    assert in_use(row, "webhook_secret") == "whsec_the_new_one_12345"
    assert previous(row, "webhook_secret") == [WEBHOOK_SECRET]


@pytest.mark.parametrize(
    "field, value, problem",
    [
        ("secret_key", "pk_test_51SabcdEFghIJklMN", {"code": "something_else", "what": "public_key"}),
        ("secret_key", WEBHOOK_SECRET, {"code": "another_field", "label": "Webhook Secret"}),
        ("webhook_secret", "we_1SabcdEFghIJklMNqRsTuVwX", {"code": "something_else", "what": "endpoint_id"}),
    ],
)
def test_an_invalid_key_has_a_problem_per_field(
    owner: Owner, field: str, value: str, problem: dict[str, str]
) -> None:
    account = owner.working()
    with pytest.raises(CredentialsRefused) as caught:
        owner.save(account, **{field: value})
    said = caught.value.problems[field]
    assert problem.items() <= said.items()
    assert said["processor"] == "Stripe", "its sentence names the processor and what the right one looks like"
    assert said["begins_with"]
    assert owner.fresh(account).credentials == account.credentials


def test_a_key_that_stripe_refuses_is_not_kept(owner: Owner) -> None:
    account = owner.working()
    with pytest.raises(KeyRefused, match="pasted_key_refused") as caught:
        owner.save(account, secret_key="sk_test_nobodyhasthiskey", webhook_secret="whsec_another_123456")
    assert "nobodyhasthiskey" not in str(caught.value)
    assert owner.fresh(account).credentials == account.credentials


# -- where a key is used ----------


def test_a_test_key_uses_the_operator_s_sandbox_unless_the_owner_chooses(owner: Owner) -> None:
    account = owner.add()
    owner.save(account, secret_key=owner.sandbox.secret_key, api_base=f"{owner.sandbox.url}/")
    assert owner.fresh(account).api_base == owner.sandbox.url
    with pytest.raises(CredentialsRefused, match="address_not_allowed"):
        owner.save(account, secret_key=owner.sandbox.secret_key, api_base="http://127.0.0.1:9")


def test_a_live_key_is_never_sent_to_a_sandbox(owner: Owner) -> None:
    account = owner.add()
    with pytest.raises(CredentialsRefused, match="live_key_at_sandbox"):
        owner.save(account, secret_key=REAL_LIVE, api_base=owner.sandbox.url)
    owner.sandbox.control("POST", f"/accounts/{owner.account_id}/keys", {"key": REAL_LIVE})
    row = owner.fresh(account)
    keep(row, secret_key=REAL_LIVE)
    for base in (owner.sandbox.url, "http://127.0.0.1:9"):
        row.api_base = base
        with pytest.raises(ProcessorError) as caught:
            open_account(row)
        assert caught.value.failure == Failure.KEY_REFUSED
    assert owner.sandbox.requests() == []


def test_an_address_that_the_operator_removed_is_not_called(owner: Owner) -> None:
    account = owner.working()
    with override_settings(SANDBOX_URLS=[]), pytest.raises(ProcessorError, match="address_not_allowed"):
        open_account(account)


# -- another account (M13) ----------


def test_another_key_of_the_same_account_replaces_the_key(owner: Owner) -> None:
    account = owner.working()
    owner.pay_with(account)
    saved = owner.save(account, secret_key=owner.second_key())
    assert saved.account.id == account.id
    assert [row.state for row in owner.rows()] == [AccountState.ACTIVE]
    assert in_use(owner.fresh(account), "secret_key") == "sk_test_secondkeyofthesame"
    assert in_use(owner.fresh(account), "webhook_secret") == WEBHOOK_SECRET


def test_a_key_of_another_account_over_a_used_one_makes_a_new_row(owner: Owner) -> None:
    account = owner.working()
    owner.pay_with(account)
    saved = owner.save(account, secret_key=owner.another_key(), webhook_secret="whsec_of_the_new_account")
    old, new = owner.rows()
    assert (old.id, old.state, new.state) == (account.id, AccountState.RETIRED, AccountState.ACTIVE)
    assert saved.account.id == new.id
    assert new.name == "Another Kopi"
    assert in_use(new, "webhook_secret") == "whsec_of_the_new_account"
    # The retired account still verifies, fetches and refunds.
    assert (old.external_id, in_use(old, "webhook_secret")) == (owner.account_id, WEBHOOK_SECRET)
    assert open_account(old).check().external_id == owner.account_id
    assert codes(saved)[-1] == Finding.OTHER_ACCOUNT


def test_going_back_to_the_old_account_reuses_its_row(owner: Owner) -> None:
    account = owner.working()
    owner.pay_with(account)
    new = owner.save(account, secret_key=owner.another_key()).account
    owner.pay_with(new)
    back = owner.save(new, secret_key=owner.sandbox.secret_key)
    assert back.account.id == account.id
    assert [row.state for row in owner.rows()] == [AccountState.ACTIVE, AccountState.RETIRED]
    assert in_use(owner.fresh(account), "webhook_secret") == WEBHOOK_SECRET


def test_a_new_entry_is_merged_into_its_accounts_existing_row(owner: Owner) -> None:
    account = owner.working()
    owner.pay_with(account)
    remove_account(owner.member, account.id)
    back = owner.save(owner.add(), secret_key=owner.sandbox.secret_key)
    assert back.account.id == account.id
    assert [row.state for row in owner.rows()] == [AccountState.ACTIVE]


def test_a_retired_account_takes_a_new_key_of_its_own_and_no_other(owner: Owner) -> None:
    account = owner.working()
    owner.pay_with(account)
    active = owner.save(account, secret_key=owner.another_key()).account
    saved = owner.save(account, secret_key=owner.second_key())
    assert (saved.account.id, owner.fresh(account).state) == (account.id, AccountState.RETIRED)
    with pytest.raises(Conflict, match="key_of_another_account"):
        owner.save(account, secret_key=owner.another_key("A third"))
    assert owner.fresh(active).state == AccountState.ACTIVE


def test_a_replaced_unused_account_leaves_no_row(owner: Owner) -> None:
    from duitpos.domain.processor_accounts.types import types_of

    owner.save(owner.working(), secret_key=owner.another_key())
    shown = types_of(owner.tenant)[1].accounts
    assert [(row.state, row.name) for row in shown] == [(AccountState.ACTIVE, "Another Kopi")]


# -- restricted keys ----------


def test_a_restricted_key_without_account_right_works_and_says_so(owner: Owner) -> None:
    key = owner.second_key("rk_test_narrowkey", permissions=["rak_checkout_session_write"])
    saved = owner.save(owner.add(), secret_key=key)
    assert owner.fresh(saved.account).state == AccountState.ACTIVE
    assert Finding.MORE_ON_ITS_PAGE in codes(saved)


def test_where_the_account_is_unknown_a_payment_proves_it(owner: Owner) -> None:
    account = owner.working()
    ProcessorAccount.objects.filter(tenant=owner.tenant, id=account.id).update(external_id="")
    session = owner.sandbox.client().v1.checkout.sessions.create(
        params={
            "mode": "payment",
            "success_url": "http://x.example",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {"currency": "myr", "unit_amount": 500, "product_data": {"name": "Tea"}},
                }
            ],
        }
    )
    owner.pay_with(account, session.id)
    same = owner.save(account, secret_key=owner.second_key())
    assert (same.account.id, owner.fresh(account).external_id) == (
        account.id,
        owner.account_id,
    )
    ProcessorAccount.objects.filter(tenant=owner.tenant, id=account.id).update(external_id="")
    other = owner.save(account, secret_key=owner.another_key())
    assert other.account.id != account.id
    assert owner.fresh(account).state == AccountState.RETIRED


# -- a key that cannot be checked now (M13) ----------


def test_a_key_that_cannot_be_checked_waits_beside_the_old_one(owner: Owner) -> None:
    account = owner.working()
    new_key = owner.second_key()
    owner.sandbox.fault("drop", path="/v1/account$", count=2)
    saved = owner.save(account, secret_key=new_key, webhook_secret="whsec_the_new_one_12345")
    row = owner.fresh(account)
    assert saved.facts is None
    assert codes(saved) == [Finding.KEPT_BESIDE_THE_OLD]
    assert (row.state, in_use(row, "secret_key")) == (AccountState.ACTIVE, owner.sandbox.secret_key)
    assert waiting(row, "secret_key") == new_key
    assert Health.KEY_WAITS in [one["code"] for one in account_view(row, "", "kopi").health]
    promoted = check_account(owner.member, account.id)
    row = owner.fresh(account)
    assert promoted.facts is not None
    assert (in_use(row, "secret_key"), waiting(row, "secret_key")) == (new_key, "")


def test_a_waiting_key_of_another_account_becomes_a_row_of_its_own(owner: Owner) -> None:
    account = owner.working()
    owner.pay_with(account)
    owner.sandbox.fault("error", status=503, path="/v1/account$", count=2)
    key = owner.another_key()
    owner.save(account, secret_key=key)
    check_account(owner.member, account.id)
    old, new = owner.rows()
    assert (old.state, waiting(old, "secret_key")) == (AccountState.RETIRED, "")
    assert (new.state, in_use(new, "secret_key")) == (AccountState.ACTIVE, key)


def test_a_waiting_key_that_is_refused_is_deleted(owner: Owner) -> None:
    account = owner.working()
    key = owner.second_key()
    owner.sandbox.fault("drop", path="/v1/account$", count=2)
    owner.save(account, secret_key=key)
    owner.sandbox.control("DELETE", f"/keys/{key}")
    said = check_account(owner.member, account.id)
    assert codes(said) == [Finding.THROWN_AWAY]
    row = owner.fresh(account)
    assert (in_use(row, "secret_key"), row.paused_at) == (owner.sandbox.secret_key, None)
    assert waiting(row, "secret_key") == ""


def test_the_first_key_may_wait_too(owner: Owner) -> None:
    account = owner.add()
    owner.sandbox.fault("drop", path="/v1/account$", count=2)
    saved = owner.save(account, secret_key=owner.sandbox.secret_key)
    assert codes(saved) == [Finding.KEPT_ALONE]
    assert owner.fresh(account).state == AccountState.NEW
    assert check_account(owner.member, account.id).account.state == AccountState.ACTIVE


# -- a refused key (M14) ----------


def test_a_valid_key_of_the_same_account_lets_the_sweep_continue(owner: Owner) -> None:
    account = owner.working()
    owner.pay_with(account)
    pause_account(account, ProcessorError(Failure.KEY_REFUSED))
    assert Alert.objects.filter(tenant=owner.tenant, kind="key_refused", resolved_at=None).exists()
    owner.save(account, secret_key=owner.second_key())
    row = owner.fresh(account)
    assert (row.paused_at, row.problem) == (None, {})
    assert not Alert.objects.filter(tenant=owner.tenant, kind="key_refused", resolved_at=None).exists()


def test_a_check_that_finds_the_key_revoked_pauses_the_account(owner: Owner) -> None:
    account = owner.working()
    owner.sandbox.control("DELETE", f"/keys/{owner.sandbox.secret_key}")
    said = check_account(owner.member, account.id)
    row = owner.fresh(account)
    assert said.facts is None
    assert row.paused_at is not None
    assert row.problem["code"] == "key_refused"
    assert row.state == AccountState.ACTIVE


def test_a_check_without_a_response_pauses_nothing(owner: Owner) -> None:
    account = owner.working()
    owner.sandbox.fault("drop", path="/v1/account$", count=2)
    check_account(owner.member, account.id)
    row = owner.fresh(account)
    assert (row.paused_at, row.problem["code"]) == (None, "unavailable")
    check_account(owner.member, account.id)
    assert owner.fresh(account).problem == {}


# -- what is said at once ----------


def test_what_stops_payments_is_said_and_the_rest_is_on_the_account_s_page(owner: Owner) -> None:
    a_location(owner.tenant, "singapore", currency="SGD")
    a_location(owner.tenant, "kuwait", currency="KWD")
    said = texts(owner.save(owner.add(), secret_key=owner.sandbox.secret_key))
    assert [message.partition(" ")[0] for message in said] == ["The", "Kuwait:", "1", "There", "“Online"]
    assert "KWD" in said[1]
    assert said[2] == "1 thing about this account should be mended: open “About this account”."


# -- removing, rights, copies ----------


def test_an_unused_account_is_removed_a_used_one_retired(owner: Owner) -> None:
    assert remove_account(owner.member, owner.working().id) == Removal.REMOVED
    assert owner.rows() == []
    account = owner.working()
    owner.pay_with(account)
    assert remove_account(owner.member, account.id) == Removal.RETIRED
    row = owner.fresh(account)
    assert (row.state, in_use(row, "secret_key")) == (AccountState.RETIRED, owner.sandbox.secret_key)


def test_an_inactive_type_still_opens_its_account(owner: Owner) -> None:
    account = owner.working()
    edit_type(owner.member, owner.type.id, "ONLINE", "Online Payment", False)
    assert not type_of(owner.tenant.id, owner.type.id).is_active
    assert open_account(account).check().can_charge


def test_only_the_owner_and_only_their_own(owner: Owner) -> None:
    account = owner.working()
    manager, stranger = a_member(owner.tenant, Role.MANAGER), a_restaurant("teh").owner
    for member, wrong in ((manager, Forbidden), (stranger, Gone)):
        for call in (
            lambda member=member: add_processor(member, owner.type.id, "stripe"),
            lambda member=member: save_credentials(member, account.id, {"secret_key": "sk_test_whatever"}),
            lambda member=member: check_account(member, account.id),
            lambda member=member: remove_account(member, account.id),
        ):
            with pytest.raises(wrong):
                call()
    assert owner.fresh(account).credentials == account.credentials


def test_a_copy_of_the_database_calls_no_processor(owner: Owner) -> None:
    account = owner.working()
    asked = len(owner.sandbox.requests())
    installation()
    with override_settings(BASE_URL="http://staging.example", SANDBOX_URLS=settings.SANDBOX_URLS):
        forget()
        for call in (
            lambda: open_account(account),
            lambda: check_account(owner.member, account.id),
            lambda: owner.save(account, secret_key=owner.sandbox.secret_key),
        ):
            with pytest.raises(Unavailable, match="not_adopted"):
                call()
    forget()
    assert len(owner.sandbox.requests()) == asked


def test_two_owners_at_once_do_not_undo_each_other(owner: Owner) -> None:
    from duitpos.domain.processor_accounts.store import Changed, keep_verifiers

    account = owner.working()
    stale = owner.fresh(account)
    keep_verifiers(account, read_pasted(account, {"webhook_secret": "whsec_the_first_123456"}, None))
    with pytest.raises(Changed):
        keep_verifiers(stale, read_pasted(stale, {"webhook_secret": "whsec_the_second_12345"}, None))
    assert in_use(owner.fresh(account), "webhook_secret") == "whsec_the_first_123456"


def test_a_key_encrypted_with_a_lost_key_has_a_message(owner: Owner) -> None:
    account = owner.working()
    with override_settings(ENCRYPTION_KEYS={"new": b"n" * 32}):
        with pytest.raises(ProcessorError, match="key_unreadable"):
            open_account(account)
        assert codes(check_account(owner.member, account.id)) == [Finding.KEY_UNREADABLE]
