"""The installation's id (M19), and that a copied database makes no calls (M20)."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test import override_settings

from duitpos.domain.errors import Unavailable
from duitpos.domain.tenancy.installation import (
    _make,
    adopt_installation,
    forget,
    installation,
    require_adopted,
)
from duitpos.models import Installation


@pytest.fixture(autouse=True)
def _read_again() -> None:
    forget()


@pytest.mark.django_db
def test_the_row_is_made_once_and_read_once(django_assert_num_queries: object) -> None:
    first = installation()
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert installation().id == first.id
    forget()
    assert installation().id == first.id
    assert Installation.objects.count() == 1


@pytest.mark.django_db
def test_the_id_stays_when_the_environment_changes() -> None:
    before = installation().id
    forget()
    with override_settings(SECRET_KEY="another" * 10, BASE_URL="https://b.example"):
        assert installation().id == before


@pytest.mark.django_db
def test_a_copy_makes_no_calls_until_it_is_adopted() -> None:
    require_adopted()
    with override_settings(BASE_URL="https://copy.example"):
        with pytest.raises(Unavailable, match="not_adopted"):
            require_adopted()
        assert adopt_installation() == "http://testserver"
        require_adopted()
    with pytest.raises(Unavailable):
        require_adopted()


@pytest.mark.django_db
def test_a_running_process_sees_another_processs_adoption() -> None:
    with override_settings(BASE_URL="https://copy.example"):
        installation()
        Installation.objects.update(base_url="http://testserver")
        forget()
        with pytest.raises(Unavailable):
            require_adopted()
        Installation.objects.update(base_url="https://copy.example")
        require_adopted()


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_concurrent_processes_create_one_row() -> None:
    ids = set()
    ready = threading.Barrier(8)

    def come() -> None:
        ready.wait()
        ids.add(_make().id)
        connection.close()

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 1
    assert Installation.objects.count() == 1
