"""Keys in the audit log: that they were changed and by whom, never what they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from duitpos.domain.processor_accounts.accounts import check_account, remove_account
from duitpos.models import AuditEntry
from duitpos.models.audit import AuditKind

if TYPE_CHECKING:
    from tests.domain.processor_accounts.conftest import Owner

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_key_is_saved_checked_and_removed(owner: Owner) -> None:
    account = owner.working()
    check_account(owner.member, account.id)
    owner.save(account, secret_key=owner.second_key())
    remove_account(owner.member, account.id)
    rows = list(AuditEntry.objects.filter(tenant=owner.tenant, kind=AuditKind.KEY).order_by("at", "id"))
    assert [row.after["key"] for row in rows] == ["changed", "changed", "removed"]
    assert {row.member_id for row in rows} == {owner.member.id}
    stored = json.dumps([[row.subject, row.before, row.after] for row in rows])
    for secret in (owner.sandbox.secret_key, "sk_test_secondkeyofthesame", "whsec"):
        assert secret not in stored
