"""Start-up checks."""

from __future__ import annotations

import pytest
from django.test import override_settings

from duitpos.domain.tenancy.installation import forget, installation
from duitpos.models import ProcessorAccount
from duitpos.operations.start import StartRefused, check_caches, check_start
from tests.support.credentials import keep
from tests.support.restaurant import a_restaurant, online_type

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _read_again() -> None:
    forget()


def test_a_sound_installation_starts() -> None:
    assert check_start() == []


def test_a_stored_secret_whose_key_is_missing_stops_the_start_and_names_the_key() -> None:
    """M32."""
    tenant = a_restaurant().tenant
    account = ProcessorAccount(tenant=tenant, processor="stripe", payment_type=online_type(tenant))
    keep(account, webhook_secret="whsec_1")
    account.save()
    assert check_start() == []
    account.credentials = "last-year:AAAA"
    account.save()
    with pytest.raises(StartRefused, match="'last-year'"):
        check_start()


def test_a_copy_of_a_database_gets_a_warning() -> None:
    """M20."""
    assert installation().base_url == "http://testserver"
    with override_settings(BASE_URL="https://copy.example"):
        [warning] = check_start()
    assert "http://testserver" in warning
    assert "duitpos adopt" in warning


def test_where_no_mail_is_sent_the_start_says_so() -> None:
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.console.EmailBackend"):
        [warning] = check_start()
    assert "EMAIL_URL is not set" in warning


@pytest.mark.parametrize("backend", ["no.such.module.Cache", "django.core.cache.backends.locmem.NoSuchCache"])
def test_a_cache_that_is_not_installed_is_named(backend: str) -> None:
    with (
        override_settings(CACHES={"default": {"BACKEND": backend}}),
        pytest.raises(StartRefused, match="CACHE_URL"),
    ):
        check_caches()
