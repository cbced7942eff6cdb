"""The pages of the locations: a new one, one that is edited, and who may do it."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from duitpos.models import Location
from tests.dashboard.client import Dashboard, said_beside
from tests.support.restaurant import a_location, a_restaurant, a_table, an_unpaid_order

NEW = {
    "name": "Bukit Bintang",
    "time_zone": "Asia/Kuala_Lumpur",
    "currency": "MYR",
    "day_closes_at": "04:00",
    "service_style": "brought",
}


def form_of(response: Any) -> dict[str, Any]:
    """What a browser would send of the form as it is shown."""
    form = response.context["form"]
    return {name: form[name].value() or "" for name in form.fields if not form.fields[name].disabled}


def site_of(dashboard: Dashboard, slug: str = "bangsar") -> Location:
    return Location.objects.get(tenant=dashboard.tenant, slug=slug)


def test_a_location_is_added_and_listed(dashboard: Dashboard) -> None:
    said = dashboard.sent("add_location", **NEW, registration_number="202401012345")
    assert said == ["Bukit Bintang added. Set its hours next, then add its tables."]
    assert site_of(dashboard, "bukit-bintang").registration_number == "202401012345"
    page = dashboard.page("locations")
    assert "Bukit Bintang" in page
    assert dashboard.url("location", "bukit-bintang") in page


def test_the_form_begins_with_what_the_first_location_has(dashboard: Dashboard) -> None:
    Location.objects.filter(tenant=dashboard.tenant).update(time_zone="Asia/Kuching", sst_number="W10")
    page = dashboard.page("add_location")
    assert 'value="Asia/Kuching" selected' in page
    assert 'value="W10"' in page
    assert "Service charge and taxes are those of Bangsar" in page


def test_a_name_that_makes_no_address_asks_for_one(dashboard: Dashboard) -> None:
    assert "Write one here" in dashboard.refused("add_location", **{**NEW, "name": "\u8336\u9910\u5ba4"})
    dashboard.sent("add_location", **{**NEW, "name": "\u8336\u9910\u5ba4", "slug": "pudu"})
    assert site_of(dashboard, "pudu").name == "\u8336\u9910\u5ba4"


@pytest.mark.parametrize(
    "form, words",
    [
        ({"name": ""}, "required"),
        ({"name": "x" * 300}, "at most 120"),
        ({"name": "\u202e\u2066", "slug": "pudu"}, "can be read"),
        ({"slug": "bangsar"}, "already has a location “bangsar”"),
        ({"slug": "bang-sar"}, "looks too much like “bangsar”"),
        ({"slug": "add"}, "address of one of our own pages"),
        ({"slug": "B\u0430ngsar"}, "small letters from a to z"),
        ({"slug": "x" * 41}, "at most 40"),
        ({"currency": "XXZ"}, "not one of the available choices"),
        ({"time_zone": "Mars/Olympus"}, "not one of the available choices"),
        ({"day_closes_at": "25:00"}, "valid time"),
        ({"day_closes_at": ""}, "required"),
        ({"service_style": "thrown"}, "not one of the available choices"),
        ({"address": "x" * 201}, "at most 200"),
        ({"receipt_header": "x" * 301}, "at most 300"),
        ({"sst_number": "x" * 41}, "at most 40"),
        ({"name": "a\0b"}, "Null characters"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    dashboard: Dashboard, form: dict[str, str], words: str
) -> None:
    assert words in dashboard.refused("add_location", **{**NEW, **form})
    assert Location.objects.filter(tenant=dashboard.tenant).count() == 1


def test_a_location_is_edited(dashboard: Dashboard) -> None:
    form = form_of(dashboard.get("location", "bangsar"))
    said = dashboard.sent("location", "bangsar", **{**form, "slug": "telawi", "sst_number": "W10-1"})
    assert said == ["Bangsar saved."]
    assert site_of(dashboard, "telawi").sst_number == "W10-1"
    assert dashboard.get("location", "bangsar").status_code == 404


def test_the_currency_cannot_be_changed_once_there_are_orders(dashboard: Dashboard) -> None:
    form = form_of(dashboard.get("location", "bangsar"))
    an_unpaid_order(a_table(dashboard.restaurant.location))
    page = dashboard.page("location", "bangsar")
    assert "It cannot be changed: orders were made here" in page
    dashboard.sent("location", "bangsar", **{**form, "currency": "SGD", "name": "New name"})
    assert (site_of(dashboard).currency, site_of(dashboard).name) == ("MYR", "New name")


def test_another_persons_change_is_said_and_what_was_typed_stays(dashboard: Dashboard) -> None:
    form = form_of(dashboard.get("location", "bangsar"))
    dashboard.sent("location", "bangsar", **{**form, "address": "1 Jalan Telawi", "name": "Theirs"})
    response = dashboard.post("location", "bangsar", **{**form, "name": "Mine"})
    assert response.status_code == 200
    text = response.content.decode()
    assert "Somebody else saved this location" in text
    assert "Theirs” meanwhile" in text
    assert site_of(dashboard).name == "Theirs"
    again = form_of(response)
    assert (again["name"], again["address"]) == ("Mine", "1 Jalan Telawi")
    dashboard.sent("location", "bangsar", **again)
    assert (site_of(dashboard).name, site_of(dashboard).address) == ("Mine", "1 Jalan Telawi")


@pytest.mark.parametrize("version", ["", "0", "x", "-1", "9" * 30, "\u0661"])
def test_a_version_that_nobody_saw_saves_nothing_over_another(dashboard: Dashboard, version: str) -> None:
    form = form_of(dashboard.get("location", "bangsar"))
    Location.objects.filter(tenant=dashboard.tenant).update(version=5, name="Theirs")
    dashboard.post("location", "bangsar", **{**form, "version": version, "seen": "{}", "name": "Mine"})
    assert site_of(dashboard).name == "Theirs"


def test_another_restaurants_location_is_not_found(dashboard: Dashboard) -> None:
    other = a_restaurant("teh")
    a_location(other.tenant, "ipoh")
    assert dashboard.get("location", "ipoh").status_code == 404
    assert dashboard.post("location", "ipoh", **NEW).status_code == 404


def test_a_manager_sees_the_list_and_edits_no_details(dashboard: Dashboard) -> None:
    dashboard.be("manager")
    page = dashboard.page("locations")
    assert "Bangsar" in page
    assert f'{dashboard.url("location", "bangsar")}"' not in page
    assert dashboard.url("hours", "bangsar") in page
    assert dashboard.get("location", "bangsar").status_code == 403
    assert dashboard.post("add_location", **NEW).status_code == 403


def test_a_stored_time_zone_that_is_unknown_here_is_kept_and_refused(dashboard: Dashboard) -> None:
    Location.objects.filter(tenant=dashboard.tenant).update(time_zone="Mars/Olympus")
    form = form_of(dashboard.get("location", "bangsar"))
    assert form["time_zone"] == "Mars/Olympus"
    assert "is not a time zone" in said_beside(dashboard.post("location", "bangsar", **form))


def test_queries(dashboard: Dashboard, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(5):
        a_location(dashboard.tenant, f"site-{number}")
    dashboard.page("locations")
    for name, more, most in [("locations", (), 6), ("add_location", (), 6), ("location", ("bangsar",), 7)]:
        with django_assert_num_queries(most):
            dashboard.page(name, *more)


def test_a_location_is_closed_for_good_and_opened_again(dashboard: Dashboard) -> None:
    assert "Close Bangsar for good?" in dashboard.page("close_location", "bangsar")
    assert dashboard.sent("close_location", "bangsar") == ["Bangsar is closed for good."]
    assert "Closed for good since" in dashboard.page("locations")
    public = dashboard.client.get("/kopi/").content.decode()
    assert "Closed for good" in public
    assert dashboard.sent("reopen_location", "bangsar") == ["Bangsar takes orders again, within its hours."]
    assert site_of(dashboard).closed_at is None
    dashboard.be("manager")
    assert dashboard.post("close_location", "bangsar").status_code == 403
