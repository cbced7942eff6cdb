"""Missing programs are named, with the way to get them, before any test runs."""

from __future__ import annotations

import os

import pytest

from tests.support import services


def test_a_missing_program_is_named_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "find_programs", lambda: None)
    monkeypatch.setattr(services, "find_chromium", lambda: "/usr/bin/chromium")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(services.MissingPrograms) as refused:
        services.ensure_programs()
    assert "a PostgreSQL server, not found here" in str(refused.value)
    assert "apt-get install postgresql\n" in str(refused.value)


def test_no_message_when_no_program_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "find_programs", lambda: "/usr/bin")
    monkeypatch.setattr(services, "find_chromium", lambda: "/usr/bin/chromium")
    services.ensure_programs()
