"""Kinds of payment that staff confirm."""

from __future__ import annotations

import pytest

from duitpos.dashboard.texts.kinds import KINDS, KINDS_TO_ADD
from duitpos.models.payment_setup import PaymentKind
from duitpos.processors.registry import ADAPTERS, MANUAL

pytestmark = pytest.mark.pure


def test_payment_types_and_the_registry_know_the_same_kinds() -> None:
    assert {kind.value for kind in PaymentKind if not kind.is_online} == set(MANUAL)
    assert [kind for kind in PaymentKind if kind.is_online] == [PaymentKind.ONLINE]
    assert not set(MANUAL) & set(ADAPTERS)
    assert all(name == one.name for name, one in MANUAL.items())


def test_every_kind_has_its_words() -> None:
    assert set(KINDS) == set(KINDS_TO_ADD) == set(PaymentKind)
    assert {one.label for one in MANUAL.values()} <= {kind.value for kind in KINDS}


def test_only_cash_gives_change_and_needs_no_reference() -> None:
    assert [name for name, one in MANUAL.items() if one.gives_change] == ["cash"]
    assert [name for name, one in MANUAL.items() if not one.takes_reference] == ["cash"]
