"""Secrets at rest."""

from __future__ import annotations

import base64
import os
from typing import Any

import pytest

from duitpos.kit.crypto import SecretUnreadable, Vault, key_id_of, vault

pytestmark = pytest.mark.pure

OLD, NEW = os.urandom(32), os.urandom(32)
PLACE = "tenant/account/secret_key"
SECRET = "sk_test_51Hxyz0000"


def test_a_sealed_secret_can_be_opened() -> None:
    box = Vault({"k1": OLD})
    sealed = box.seal(SECRET, PLACE)
    assert box.open(sealed, PLACE) == SECRET
    assert key_id_of(sealed) == "k1"
    assert SECRET not in sealed
    assert SECRET.encode() not in base64.b64decode(sealed.partition(":")[2])


def test_sealing_the_same_secret_gives_different_texts() -> None:
    box = Vault({"k1": OLD})
    assert len({box.seal(SECRET, PLACE) for _ in range(50)}) == 50


def test_a_new_key_seals_and_the_old_still_opens() -> None:
    sealed = Vault({"k1": OLD}).seal(SECRET, PLACE)
    both = Vault({"k2": NEW, "k1": OLD})
    assert both.open(sealed, PLACE) == SECRET
    assert key_id_of(both.seal(SECRET, PLACE)) == "k2"
    assert both.key_ids == {"k1", "k2"}


def test_a_missing_key_is_named() -> None:
    sealed = Vault({"k1": OLD}).seal(SECRET, PLACE)
    with pytest.raises(SecretUnreadable, match="'k1'"):
        Vault({"k2": NEW}).open(sealed, PLACE)


@pytest.mark.parametrize("place", ["other/account/secret_key", "tenant/account/webhook_secret", ""])
def test_a_secret_moved_to_another_place_cannot_be_opened(place: str) -> None:
    box = Vault({"k1": OLD})
    with pytest.raises(SecretUnreadable) as caught:
        box.open(box.seal(SECRET, PLACE), place)
    assert SECRET not in str(caught.value)


def test_a_changed_bit_is_noticed() -> None:
    box = Vault({"k1": OLD})
    name, _, body = box.seal(SECRET, PLACE).partition(":")
    raw = bytearray(base64.b64decode(body))
    raw[-1] ^= 1
    with pytest.raises(SecretUnreadable):
        box.open(f"{name}:{base64.b64encode(raw).decode()}", PLACE)


def test_another_key_under_the_same_id_opens_nothing() -> None:
    sealed = Vault({"k1": OLD}).seal(SECRET, PLACE)
    with pytest.raises(SecretUnreadable):
        Vault({"k1": NEW}).open(sealed, PLACE)


@pytest.mark.parametrize("sealed", ["", "k1:", "k1:!!", "k1:AAAA", "nothing"])
def test_a_text_that_was_not_sealed_is_unreadable_and_no_other_error(sealed: str) -> None:
    with pytest.raises(SecretUnreadable):
        Vault({"k1": OLD}).open(sealed, PLACE)


def test_without_a_key_there_is_no_vault() -> None:
    with pytest.raises(ValueError, match="at least one key"):
        Vault({})


def test_the_installations_vault_follows_its_settings(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = {"a": OLD}
    sealed = vault().seal(SECRET, PLACE)
    settings.ENCRYPTION_KEYS = {"b": NEW, "a": OLD}
    assert vault().current == "b"
    assert vault().open(sealed, PLACE) == SECRET
