"""What an owner pastes to connect a processor's account, and what can be said about it in codes (M25, M26).

The tables are closed: an adapter describes its own fields and problems with them, and never writes a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum

from duitpos.kit.facts import Facts

Credentials = Mapping[str, str]
"""Field name to plain text."""


class Mode(StrEnum):
    """Test money or real money."""

    TEST = "test"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class CredentialField:
    """A text that the owner pastes."""

    name: str
    label: str
    """The processor's own name for it."""
    begins_with: tuple[str, ...] = ()
    """What every right text begins with one of; empty when nothing is known."""
    where: str = ""
    """Where it is found at the processor, in the words of its own menus."""
    required: bool = True
    is_secret: bool = True
    """Others are shown whole, such as a merchant's number or a public key."""
    verifies: bool = False
    """It only verifies deliveries: it needs no check at the processor, and the former ones still verify."""
    is_long: bool = False
    """A text of several lines, such as a PEM key."""
    secret_pattern: str = ""
    """A regular expression of the whole secret, so that logs leave it out; empty when it has no form of its own."""


class Problem(StrEnum):
    """Why a text cannot be the credential that it was pasted as. In brackets: its facts."""

    BLANK_INSIDE = "blank_inside"
    SHORTENED = "shortened"  # the processor's screens show it masked, and that was copied
    PART_MISSING = "part_missing"
    ANOTHER_FIELD = "another_field"  # (label) it is the credential of another field
    SOMETHING_ELSE = "something_else"  # (what: a Thing)
    WRONG_FORM = "wrong_form"
    REQUIRED = "required"


class Thing(StrEnum):
    """What else people paste: it comes from the processor, but is no credential of ours."""

    PUBLIC_KEY = "public_key"
    ACCOUNT_ID = "account_id"
    ENDPOINT_ID = "endpoint_id"
    MANAGED_KEY = "managed_key"  # a key that the processor manages for somebody else
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class CredentialProblem:
    """One field's problem."""

    field: str
    problem: Problem
    about: Facts = dataclass_field(default_factory=dict)


class CurrencyProblem(StrEnum):
    """Why a currency's amounts cannot always be charged exactly."""

    STEPS_OF_TEN = "steps_of_ten"
    NO_SMALL_CHANGE = "no_small_change"
    NOT_TAKEN = "not_taken"
