"""Restaurants that signed themselves up and never took an order: told, kept, finished, removed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.apps import apps
from django.core import mail

from duitpos.domain.errors import Forbidden
from duitpos.domain.menus.sheets.samples import Sample, begin_with_sample
from duitpos.domain.sweep import unfinished
from duitpos.domain.sweep.purge import purge
from duitpos.domain.sweep.unfinished import keep_unfinished, tell_unfinished
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.domain.tenancy.open import LocationRules
from duitpos.domain.tenancy.sign_up import sign_up
from duitpos.jobs.unfinished_mail import send_unfinished
from duitpos.kit.clock import now
from duitpos.kit.tenancy import TenantModel
from duitpos.models import Location, Membership, ProcessorAccount, Tenant, User
from tests.kitchen.tickets import a_ticket
from tests.support.restaurant import PASSWORD, a_member, a_restaurant, a_table, an_item, online_type

pytestmark = pytest.mark.django_db


def signed_up(slug: str = "warung") -> Membership:
    """A restaurant that signed itself up, with a menu and a table; returns its owner."""
    site = LocationRules(name="Main", slug="main")
    tenant = sign_up(
        email=f"owner@{slug}.example", password=PASSWORD, name=slug.title(), slug=slug, location=site
    )
    owner = Membership.objects.select_related("user", "tenant").get(tenant=tenant)
    begin_with_sample(owner, Sample.CAFE)
    a_table(_site(tenant))
    return owner


def _site(tenant: Tenant) -> Location:
    return Location.objects.get(tenant=tenant)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now(), tick=False) as clock:
        yield clock


def rows_left(tenant_id: UUID) -> dict[str, int]:
    """Rows of a tenant, by table."""
    counts = {
        model.__name__: model._default_manager.filter(tenant=tenant_id).count()
        for model in apps.get_models()
        if issubclass(model, TenantModel)
    }
    return {name: count for name, count in counts.items() if count}


def test_its_owner_is_told_a_week_before_and_then_it_is_removed_whole(clock: time_machine.Traveller) -> None:
    other = a_restaurant()
    an_item(other.tenant)
    owner, start = signed_up(), now()
    kept = rows_left(other.tenant.id)
    clock.move_to(start + timedelta(days=22))
    assert tell_unfinished(send_unfinished) == 0
    clock.move_to(start + timedelta(days=24))
    assert tell_unfinished(send_unfinished) == 1
    assert tell_unfinished(send_unfinished) == 0, "once"
    assert mail.outbox[0].to == ["owner@warung.example"]
    assert "/warung/dashboard/" in mail.outbox[0].body
    clock.move_to(start + timedelta(days=30, hours=23))
    assert purge().restaurants == 0, "not a week after it was told"
    clock.move_to(start + timedelta(days=31, hours=1))
    assert purge().restaurants == 1
    assert rows_left(owner.tenant_id) == {}
    assert not Tenant.objects.filter(id=owner.tenant_id).exists()
    assert not User.objects.filter(id=owner.user_id).exists()
    assert rows_left(other.tenant.id) == kept
    assert Tenant.objects.get() == other.tenant


def test_the_address_is_free_again(clock: time_machine.Traveller) -> None:
    owner = signed_up()
    assert tenant_by_slug("warung").id == owner.tenant_id
    _run_out(clock)
    again = signed_up()
    assert tenant_by_slug("warung").id == again.tenant_id != owner.tenant_id


def test_who_works_elsewhere_keeps_the_sign_in(clock: time_machine.Traveller) -> None:
    owner = signed_up()
    other = a_restaurant()
    Membership.objects.create(tenant=other.tenant, user=owner.user, role="cashier")
    a_member(owner.tenant)
    _run_out(clock)
    assert set(User.objects.values_list("email", flat=True)) == {owner.user.email, other.owner.user.email}


@pytest.mark.parametrize("what", ["an order", "a live account"])
def test_one_that_took_an_order_or_a_live_key_is_never_removed(
    clock: time_machine.Traveller, what: str
) -> None:
    owner = signed_up()
    if what == "an order":
        a_ticket(_site(owner.tenant), an_item(owner.tenant), 1)
    else:
        ProcessorAccount.objects.create(
            tenant=owner.tenant, payment_type=online_type(owner.tenant), processor="stripe", mode="live"
        )
    _run_out(clock)
    tenant = Tenant.objects.get(id=owner.tenant_id)
    assert (tenant.unfinished_until, tenant.closed_at) == (None, None)
    assert mail.outbox == []


def test_an_order_between_the_mail_and_the_removal_keeps_it(clock: time_machine.Traveller) -> None:
    owner, start = signed_up(), now()
    clock.move_to(start + timedelta(days=24))
    tell_unfinished(send_unfinished)
    a_ticket(_site(owner.tenant), an_item(owner.tenant), 1)
    clock.move_to(start + timedelta(days=60))
    assert purge().restaurants == 0
    assert Tenant.objects.get(id=owner.tenant_id).unfinished_until is None


def test_the_owner_keeps_it_for_another_thirty_days(clock: time_machine.Traveller) -> None:
    owner, start = signed_up(), now()
    clock.move_to(start + timedelta(days=24))
    tell_unfinished(send_unfinished)
    assert keep_unfinished(owner)
    clock.move_to(start + timedelta(days=50))
    assert purge().restaurants == 0
    assert tell_unfinished(send_unfinished) == 1, "told again before its new end"


def test_a_manager_does_not_keep_it_and_one_that_the_operator_opened_needs_no_keeping() -> None:
    with pytest.raises(Forbidden):
        keep_unfinished(a_member(signed_up().tenant, "manager"))
    assert not keep_unfinished(a_restaurant().owner)


def test_who_could_not_be_told_is_not_removed(clock: time_machine.Traveller) -> None:
    owner, start = signed_up(), now()
    clock.move_to(start + timedelta(days=40))
    assert tell_unfinished(lambda tenant: False) == 0
    assert purge().restaurants == 0
    assert tell_unfinished(send_unfinished) == 1, "tried again"
    clock.move_to(start + timedelta(days=48))
    assert purge().restaurants == 1
    assert not Tenant.objects.filter(id=owner.tenant_id).exists()


def test_who_dies_while_telling_tells_again(clock: time_machine.Traveller) -> None:
    owner, start = signed_up(), now()
    clock.move_to(start + timedelta(days=25))

    def die(tenant: Tenant) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tell_unfinished(die)
    clock.move_to(start + timedelta(days=40))
    assert purge().restaurants == 0
    assert tell_unfinished(send_unfinished) == 1
    assert Tenant.objects.filter(id=owner.tenant_id).exists()


def test_one_that_is_kept_while_it_is_being_removed_stays(
    clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, start = signed_up(), now()
    clock.move_to(start + timedelta(days=24))
    tell_unfinished(send_unfinished)
    clock.move_to(start + timedelta(days=40))
    real = unfinished._finish

    def keep_just_after(tenant: Tenant) -> bool:
        was_finished = real(tenant)
        keep_unfinished(owner)
        return was_finished

    monkeypatch.setattr(unfinished, "_finish", keep_just_after)
    assert purge().restaurants == 0
    assert Tenant.objects.get(id=owner.tenant_id).closed_at is None


def _run_out(clock: time_machine.Traveller, start: datetime | None = None) -> None:
    begun = start or now()
    clock.move_to(begun + timedelta(days=25))
    tell_unfinished(send_unfinished)
    clock.move_to(begun + timedelta(days=33))
    purge()
