"""Validate pasted credentials before a call to the processor, and find missing encryption keys (M32)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings

from duitpos.domain.errors import Code, Invalid
from duitpos.domain.payments.processors.connect import SECRET_KEY, address_problem
from duitpos.kit.crypto import SecretUnreadable, key_id_of, vault
from duitpos.kit.facts import Facts, facts
from duitpos.kit.tenancy import across_tenants
from duitpos.models import ProcessorAccount
from duitpos.processors.registry import adapter


class CredentialsRefused(Invalid):
    """Pasted text that cannot be a credential; nothing was saved. `problems`: field name to code and facts."""

    def __init__(self, problems: Mapping[str, Facts]) -> None:
        super().__init__(Code.CREDENTIALS_WRONG, problems=problems)
        self.problems = dict(problems)


@dataclass(frozen=True, slots=True)
class Pasted:
    """The pasted credentials and the key's API address. An empty credential was not pasted."""

    key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    api_base: str


def read_pasted(account: ProcessorAccount, values: Mapping[str, str], api_base: str | None) -> Pasted:
    """Validate the format; raises CredentialsRefused. A changed address counts as pasting the stored key again."""
    kind = adapter(account.processor)
    clean = {name: value.strip() for name, value in values.items()}
    problems = {
        one.name: facts(problem)
        for one in kind.credential_fields
        if clean.get(one.name) and (problem := kind.credential_problem(one.name, clean[one.name]))
    }
    if problems:
        raise CredentialsRefused(problems)
    key = clean.get(SECRET_KEY, "")
    base = account.api_base
    in_use = key or _stored(account)
    if in_use:
        base = _address(account, kind.mode_of(in_use), api_base, is_new=bool(key))
        if not key and base != account.api_base:
            key = in_use
    return Pasted(key, clean.get("webhook_secret", ""), base)


def _stored(account: ProcessorAccount) -> str:
    try:
        return account.reveal(SECRET_KEY)
    except SecretUnreadable:
        # The check that follows reports it, and a pasted key replaces it.
        return ""


def _address(account: ProcessorAccount, mode: str, api_base: str | None, *, is_new: bool) -> str:
    if api_base is None:
        if mode == "live":
            return ""
        if not is_new or (SECRET_KEY in account.secrets and account.mode == mode):
            return account.api_base
        return next(iter(settings.SANDBOX_URLS), "")
    base = api_base.strip().rstrip("/")
    problem = address_problem(mode, base)
    if problem:
        raise CredentialsRefused({"api_base": facts(problem, address=base)})
    return base


def address_choices() -> tuple[str, ...]:
    """Return the addresses that accept a test key; empty is the processor itself."""
    return (*settings.SANDBOX_URLS, "")


def unknown_key_ids() -> set[str]:
    """Return ids of encryption keys that stored secrets need and DUITPOS_ENCRYPTION_KEYS lacks."""
    with across_tenants("a start checks that every stored secret can be opened"):
        stored = list(ProcessorAccount.objects.values_list("secrets", flat=True))
    return {key_id_of(sealed) for secrets in stored for sealed in secrets.values()} - vault().key_ids
