"""A full kitchen at the size of a tablet: whole tickets in sight, counts, and what is loud."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, expect

from tests.kitchen.factories import open_kitchen
from tests.kitchen.tickets import a_ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WHOLE = """() => [...document.querySelectorAll('.column .card')].filter((card) => {
  const box = card.getBoundingClientRect();
  return box.top >= 0 && box.bottom <= innerHeight;
}).length"""


def test_eight_tickets_are_whole_in_sight_and_the_guests_note_is_loudest(
    chromium: Browser, live_server: object, client: Client
) -> None:
    kitchen = open_kitchen(client)
    site = kitchen.restaurant.location
    for number in range(33):
        note = {"note": "no peanuts, allergy"} if number == 0 else {}
        line = {"quantity": 2, "allergens": ["egg", "fish"], **note}
        status = ("placed", "preparing", "ready")[number % 3]
        a_ticket(site, kitchen.item, number + 1, status=status, minutes=33 - number, line=line)
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": str(live_server)}])
    page = context.new_page()
    page.goto(f"{live_server}{kitchen.url('board', 'bangsar')}")
    assert page.evaluate(WHOLE) >= 8
    page.get_by_text("To make, all tickets").click()
    expect(page.locator(".all-day")).to_contain_text("44× Roti canai")
    first = page.locator("[data-label='1']")
    expect(first.locator(".note")).to_have_css("font-weight", "800")
    expect(first.get_by_text("Contains:")).to_be_hidden()
    first.locator(".allergens summary").click()
    expect(first.get_by_text("Contains:")).to_be_visible()
    context.close()
