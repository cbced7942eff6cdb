"""The page of a location's hours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from duitpos.domain.staff_actions.set_hours import today_at
from duitpos.domain.tenancy.week import spans_text, special_days_of, week_of
from duitpos.models import Location
from tests.dashboard.client import Dashboard
from tests.dashboard.test_locations import form_of, site_of
from tests.support.restaurant import a_location, a_restaurant, hours


@pytest.fixture
def form(dashboard: Dashboard) -> dict[str, Any]:
    return {**form_of(dashboard.get("hours", "bangsar")), "same": ""}


def later(dashboard: Dashboard, days: int) -> str:
    return (today_at(dashboard.restaurant.location) + timedelta(days=days)).isoformat()


def typed(dashboard: Dashboard) -> list[str]:
    return [spans_text(spans) for spans in week_of(site_of(dashboard))]


def test_open_all_day_at_first(dashboard: Dashboard, form: dict[str, Any]) -> None:
    assert form["day_0"] == "00:00-24:00"
    assert "Open all day, every day" in dashboard.page("locations")
    dashboard.sent("hours", "bangsar", **form)
    assert site_of(dashboard).weekly_hours == []


def test_a_week_and_two_holidays_are_saved_and_listed(dashboard: Dashboard, form: dict[str, Any]) -> None:
    days = {**{f"day_{number}": "8-15, 6pm-2am" for number in range(5)}, "day_5": "10-22", "day_6": "closed"}
    special = {
        "special_0_date": later(dashboard, 2),
        "special_0_name": " Hari\u202e Raya ",
        "special_1_date": later(dashboard, 1),
        "special_1_hours": "10-12",
    }
    said = dashboard.sent("hours", "bangsar", **{**form, **days, **special})
    assert said == ["The hours of Bangsar are saved."]
    assert typed(dashboard) == [*["08:00-15:00, 18:00-02:00"] * 5, "10:00-22:00", ""]
    found = special_days_of(site_of(dashboard))
    assert [(spans_text(one.spans), one.name) for one in found] == [("10:00-12:00", ""), ("", "Hari Raya")]
    page = dashboard.page("locations").replace("\u2013", "-")
    for words in ("Mon-Fri 08:00-15:00, 18:00-02:00", "Sat 10:00-22:00", "Sun closed", "closed (Hari Raya)"):
        assert words in page


def test_mondays_hours_for_every_day(dashboard: Dashboard, form: dict[str, Any]) -> None:
    dashboard.sent("hours", "bangsar", **{**form, "day_0": "9-17", "day_3": "nonsense", "same": "on"})
    assert typed(dashboard) == ["09:00-17:00"] * 7
    assert "Open every day 09:00\u201317:00" in dashboard.page("locations")


def test_a_row_that_is_emptied_goes(dashboard: Dashboard, form: dict[str, Any]) -> None:
    dashboard.sent("hours", "bangsar", **{**form, "special_0_date": later(dashboard, 2)})
    again = form_of(dashboard.get("hours", "bangsar"))
    assert again["special_0_date"] == later(dashboard, 2)
    dashboard.sent("hours", "bangsar", **{**again, "same": "", "special_0_date": ""})
    assert special_days_of(site_of(dashboard)) == []


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"day_2": "8"}, "“8” cannot be read as hours"),
        ({"day_2": "25-26"}, "cannot be read"),
        ({"day_2": "9-9"}, "begins and ends at the same time"),
        ({"day_2": "8-15, 14-20"}, "08:00-15:00 and 14:00-20:00 overlap"),
        ({"day_2": "18-4", "day_3": "3-8"}, "goes on into this day's 03:00-08:00"),
        ({"day_6": "18-4", "day_0": "3-8"}, "goes on into this day's 03:00-08:00"),
        ({"day_2": "18-5", "day_3": "6-8"}, "the trading day ends at 04:00"),
        ({"day_2": "1-2,3-4,5-6,7-8,9-10,11-12"}, "at most 5"),
        ({"day_2": "x" * 101}, "at most 100"),
        ({"day_2": "8-15\0"}, "Null characters"),
        ({"day_2": "\u202e51-8"}, "cannot be read"),
        ({f"day_{number}": "" for number in range(7)}, "hours for one day at least"),
        ({"special_0_date": "tomorrow"}, "valid date"),
        ({"special_0_date": "2026-02-30"}, "valid date"),
        ({"special_0_date": "2001-01-01"}, "is over, or more than three years away"),
        ({"special_0_date": "9999-01-01"}, "is over, or more than three years away"),
        ({"special_0_hours": "8-15"}, "Choose its date"),
        ({"special_2_date": "2099-01-01", "special_2_hours": "8"}, "cannot be read"),
        ({"special_0_date": "+2", "special_1_date": "+2"}, "is there twice"),
        ({"special_0_date": "+2", "special_0_name": "x" * 61}, "at most 60"),
    ],
)
def test_what_is_wrong_is_said_beside_its_day(
    dashboard: Dashboard, form: dict[str, Any], wrong: dict[str, str], words: str
) -> None:
    if not any(name.startswith("special") for name in wrong):
        form |= {f"day_{number}": "12-14" for number in range(7)}
    sent = {
        name: later(dashboard, int(text)) if text.startswith("+") else text for name, text in wrong.items()
    }
    before = site_of(dashboard).hours_version
    response = dashboard.post("hours", "bangsar", **{**form, **sent})
    assert words in dashboard.refused("hours", "bangsar", **{**form, **sent})
    assert response.context["form"].non_field_errors() == []
    assert site_of(dashboard).hours_version == before


def test_more_days_than_can_be_kept(dashboard: Dashboard, form: dict[str, Any]) -> None:
    many = {f"special_{row}_date": later(dashboard, row) for row in range(400)}
    assert "At most 100 days" in dashboard.refused("hours", "bangsar", **{**form, **many})


def test_another_persons_hours_are_said_and_what_was_typed_stays(
    dashboard: Dashboard, form: dict[str, Any]
) -> None:
    dashboard.sent("hours", "bangsar", **{**form, "day_1": "9-17", "day_2": "9-17"})
    response = dashboard.post("hours", "bangsar", **{**form, "day_1": "10-12"})
    assert response.status_code == 200
    text = response.content.decode()
    assert "Somebody else saved these hours" in text
    assert "09:00-17:00” meanwhile" in text
    again = form_of(response)
    assert (again["day_1"], again["day_2"]) == ("10-12", "09:00-17:00")
    dashboard.sent("hours", "bangsar", **{**again, "same": ""})
    assert typed(dashboard)[1:3] == ["10:00-12:00", "09:00-17:00"]


def test_another_persons_holiday_is_added_below_mine(dashboard: Dashboard, form: dict[str, Any]) -> None:
    theirs, mine = later(dashboard, 5), later(dashboard, 9)
    dashboard.sent("hours", "bangsar", **{**form, "special_0_date": theirs, "special_0_name": "Theirs"})
    response = dashboard.post("hours", "bangsar", **{**form, "special_0_date": mine})
    assert "their days are added below" in response.content.decode()
    again = form_of(response)
    assert [again["special_0_date"], again["special_1_date"]] == [mine, theirs]
    dashboard.sent("hours", "bangsar", **{**again, "same": ""})
    found = [(one.day.isoformat(), one.name) for one in special_days_of(site_of(dashboard))]
    assert found == [(theirs, "Theirs"), (mine, "")]


def test_a_manager_sets_hours_and_a_cashier_does_not(dashboard: Dashboard, form: dict[str, Any]) -> None:
    dashboard.be("manager")
    dashboard.sent("hours", "bangsar", **{**form, "day_0": "9-17"})
    dashboard.be("cashier")
    assert dashboard.get("hours", "bangsar").status_code == 403
    assert dashboard.post("hours", "bangsar", **form).status_code == 403
    assert dashboard.get("locations").status_code == 403


def test_another_restaurants_location_is_not_found(dashboard: Dashboard, form: dict[str, Any]) -> None:
    other = a_location(a_restaurant("teh").tenant, "ipoh")
    assert dashboard.post("hours", "ipoh", **form).status_code == 404
    assert Location.objects.get(tenant_id=other.tenant_id, id=other.id).weekly_hours == []


def test_queries(dashboard: Dashboard, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    Location.objects.filter(tenant=dashboard.tenant).update(**hours(None, None))
    dashboard.page("hours", "bangsar")
    with django_assert_num_queries(6):
        dashboard.page("hours", "bangsar")
