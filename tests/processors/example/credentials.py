"""Kedai Pay's three credentials, and what can be said of a pasted one without calling Kedai Pay."""

from __future__ import annotations

import re

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from duitpos.processors.credentials import CredentialField, CredentialProblem, Credentials, Problem

MERCHANT_CODE, API_PASSWORD, PUBLIC_KEY = "merchant_code", "api_password", "public_key"

FIELDS = (
    CredentialField(
        MERCHANT_CODE,
        "Merchant code",
        begins_with=("KP",),
        where="Top of every page, beside the merchant's name",
        is_secret=False,
    ),
    CredentialField(API_PASSWORD, "API password", where="Settings, API"),
    CredentialField(
        PUBLIC_KEY,
        "Public key",
        begins_with=("-----BEGIN PUBLIC KEY-----",),
        where="Settings, Callbacks",
        required=False,
        is_secret=False,
        verifies=True,
        is_long=True,
    ),
)
_LABELS = {one.name: one.label for one in FIELDS}

_MERCHANT_CODE = re.compile(r"KP[0-9]{1,10}")
_SHORTEST_PASSWORD = 12
_BEGIN, _END = "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"
_BLOCK = re.compile(f"{_BEGIN}.*?{_END}", re.DOTALL)
_MASKED = re.compile(r"\.\.\.|[…•*]")


def problems(credentials: Credentials) -> tuple[CredentialProblem, ...]:
    """The problem of each pasted text that cannot be what it was pasted as."""
    found = ((name, _problem(name, text)) for name, text in credentials.items() if name in _LABELS)
    return tuple(CredentialProblem(name, *problem) for name, problem in found if problem is not None)


def rsa_keys(text: str) -> list[rsa.RSAPublicKey]:
    """The public keys in a text of one or more PEM blocks. A block that is no such key is left out."""
    keys = []
    for block in _BLOCK.findall(text):
        try:
            key = serialization.load_pem_public_key(block.encode())
        except (ValueError, UnsupportedAlgorithm):
            continue
        if isinstance(key, rsa.RSAPublicKey):
            keys.append(key)
    return keys


def _problem(name: str, text: str) -> tuple[Problem, dict[str, str]] | None:
    """A problem and its facts."""
    other = _kind_of(text)
    if other not in ("", name):
        return Problem.ANOTHER_FIELD, {"label": _LABELS[other]}
    if name == PUBLIC_KEY:
        return _problem_of_key(text)
    if re.search(r"\s", text):
        return Problem.BLANK_INSIDE, {}
    if _MASKED.search(text):
        return Problem.SHORTENED, {}
    if name == MERCHANT_CODE:
        return None if _MERCHANT_CODE.fullmatch(text) else (Problem.WRONG_FORM, {})
    return (Problem.PART_MISSING, {}) if len(text) < _SHORTEST_PASSWORD else None


def _kind_of(text: str) -> str:
    """The field whose form the text has; empty when it could be a password."""
    if _MERCHANT_CODE.fullmatch(text):
        return MERCHANT_CODE
    return PUBLIC_KEY if text.startswith(_BEGIN) else ""


def _problem_of_key(text: str) -> tuple[Problem, dict[str, str]] | None:
    if not text.startswith(_BEGIN):
        return Problem.WRONG_FORM, {}
    if not text.rstrip().endswith(_END):
        return Problem.PART_MISSING, {}
    is_whole = len(rsa_keys(text)) == text.count(_BEGIN) and not _BLOCK.sub("", text).strip()
    return None if is_whole else (Problem.WRONG_FORM, {})
