"""Read pasted credentials before a call to the processor, and find missing encryption keys (M32).

Which credentials there are, the adapter says. Those that only verify deliveries need no check at the processor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.conf import settings

from duitpos.domain.errors import Code, Invalid
from duitpos.domain.payments.processors.connect import address_problem, stored_or_none
from duitpos.domain.people.second_factor import sealed_key_ids
from duitpos.kit.crypto import key_id_of, vault
from duitpos.kit.facts import Facts, facts
from duitpos.kit.tenancy import across_tenants
from duitpos.models import ProcessorAccount
from duitpos.models.credentials import StoredCredentials
from duitpos.models.payment_setup import AccountState
from duitpos.processors.base import Adapter
from duitpos.processors.capabilities import WebhookAddress
from duitpos.processors.credentials import (
    CredentialField,
    CredentialProblem,
    Credentials,
    Mode,
    Problem,
)
from duitpos.processors.registry import adapter


class CredentialsRefused(Invalid):
    """Pasted text that cannot be a credential; nothing was saved. `problems`: field name to code and facts."""

    def __init__(self, problems: Mapping[str, Facts]) -> None:
        super().__init__(Code.CREDENTIALS_WRONG, problems=problems)
        self.problems = dict(problems)


@dataclass(frozen=True, slots=True)
class Pasted:
    """What an owner sent for an account."""

    stored: StoredCredentials
    """What the account keeps; empty when it cannot be read."""
    values: Credentials = field(repr=False)
    """The pasted texts, without blank ones and without shown ones that are as before."""
    merged: Credentials = field(repr=False)
    """The pasted texts over those in use."""
    endpoint: str
    needs_check: bool
    """Something else changed than what verifies deliveries, so the processor must be asked."""


def read_pasted(account: ProcessorAccount, values: Mapping[str, str], api_base: str | None) -> Pasted:
    """Validate the form; raises CredentialsRefused. A changed address counts as pasting what is stored again."""
    kind = adapter(account.processor)
    stored = stored_or_none(account)
    current = stored.current if stored is not None else {}
    pasted = _given(kind, values, current)
    _refuse(kind, kind.judge(pasted))
    merged = {**checked_part(kind, current), **verifying_part(kind, current), **pasted}
    is_new, endpoint = bool(checked_part(kind, pasted)), account.api_base
    if checked_part(kind, merged):
        endpoint = _endpoint(account, kind, merged, api_base, is_new=is_new)
    needs_check = is_new or endpoint != account.api_base
    if needs_check or (pasted and stored is None):
        missing = [one for one in kind.credential_fields if one.required and not merged.get(one.name)]
        _refuse(kind, [CredentialProblem(one.name, Problem.REQUIRED) for one in missing])
    return Pasted(stored or StoredCredentials(), pasted, merged, endpoint, needs_check)


def checked_part(kind: Adapter, credentials: Credentials) -> dict[str, str]:
    """The credentials that the processor must have accepted before they are used."""
    return _part(kind, credentials, verifies=False)


def verifying_part(kind: Adapter, credentials: Credentials) -> dict[str, str]:
    """The credentials that only verify deliveries."""
    return _part(kind, credentials, verifies=True)


def lacking_verifier(account: ProcessorAccount) -> CredentialField | None:
    """The field to fill so that deliveries can be verified; None when they can be, or when none are sent."""
    kind = adapter(account.processor)
    fields = [one for one in kind.credential_fields if one.verifies]
    if not (fields and kind.can.webhook_address != WebhookAddress.NONE):
        return None
    stored = stored_or_none(account)
    # What cannot be read is reported as that.
    return fields[0] if stored is not None and not verifying_part(kind, stored.current) else None


def address_choices() -> tuple[str, ...]:
    """Return the addresses that accept test credentials; empty is the processor itself."""
    return (*settings.SANDBOX_URLS, "")


def used_key_ids() -> set[str]:
    """Return ids of the encryption keys that stored credentials need."""
    with across_tenants("a start checks that every stored secret can be opened"):
        stored = list(ProcessorAccount.objects.exclude(credentials="").values_list("credentials", flat=True))
    return {key_id_of(sealed) for sealed in stored} | sealed_key_ids()


def unknown_key_ids() -> set[str]:
    """Return ids of encryption keys that stored credentials need and DUITPOS_ENCRYPTION_KEYS lacks."""
    return used_key_ids() - vault().key_ids


def _given(kind: Adapter, values: Mapping[str, str], current: Credentials) -> dict[str, str]:
    given = {}
    for one in kind.credential_fields:
        # Browsers end the lines of a text area with both characters.
        text = values.get(one.name, "").replace("\r\n", "\n").strip()
        # A shown field is sent with every form; a secret is sent only when somebody pasted it.
        if text and (one.is_secret or text != current.get(one.name)):
            given[one.name] = text
    return given


def _refuse(kind: Adapter, problems: Iterable[CredentialProblem]) -> None:
    """Raise CredentialsRefused if there is any problem. Each gets the facts of its field, for its sentence."""
    fields = {one.name: one for one in kind.credential_fields}
    said = {one.field: _facts_of(kind, fields[one.field], one) for one in problems}
    if said:
        raise CredentialsRefused(said)


def _facts_of(kind: Adapter, one: CredentialField, problem: CredentialProblem) -> Facts:
    about = {
        "field": one.label,
        "processor": kind.label,
        "begins_with": one.begins_with,
        "where": one.where,
    }
    return facts(problem.problem, **{**about, **problem.about})


def _part(kind: Adapter, credentials: Credentials, *, verifies: bool) -> dict[str, str]:
    names = [one.name for one in kind.credential_fields if one.verifies == verifies]
    return {name: credentials[name] for name in names if credentials.get(name)}


def _endpoint(
    account: ProcessorAccount, kind: Adapter, credentials: Credentials, api_base: str | None, *, is_new: bool
) -> str:
    if api_base is None:
        return _default_endpoint(account, kind, credentials, is_new=is_new)
    endpoint = api_base.strip().rstrip("/")
    # The account's own mode is that of what it uses, not of what was pasted.
    known = Mode.LIVE if account.is_live and not is_new else None
    problem = address_problem(kind.mode(credentials, endpoint) or known, endpoint)
    if problem:
        raise CredentialsRefused({"api_base": facts(problem, address=endpoint)})
    return endpoint


def _default_endpoint(
    account: ProcessorAccount, kind: Adapter, credentials: Credentials, *, is_new: bool
) -> str:
    mode = kind.mode(credentials, account.api_base)
    # Credentials that do not tell their mode are taken for those of the same mode.
    stays = not is_new or mode is None or mode == account.mode
    if stays and mode != Mode.LIVE and account.state != AccountState.NEW:
        return account.api_base
    sandbox = next(iter(settings.SANDBOX_URLS), "")
    return "" if kind.mode(credentials, sandbox) == Mode.LIVE else sandbox
