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


IN_SIGHT = """() => [...document.querySelectorAll('.column .card')].filter((card) => {
  const box = card.getBoundingClientRect();
  const list = card.closest('ol').getBoundingClientRect();
  return box.top >= list.top - 8 && box.bottom <= innerHeight;
}).map((card) => card.dataset.label)"""


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


def test_pages_show_each_ticket_and_say_what_is_not_in_sight_and_the_device_keeps_the_size(
    chromium: Browser, live_server: object, client: Client
) -> None:
    kitchen = open_kitchen(client)
    site = kitchen.restaurant.location
    for number in range(33):
        a_ticket(site, kitchen.item, number + 1, status="placed", minutes=33 - number)
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": str(live_server)}])
    page = context.new_page()
    page.goto(f"{live_server}{kitchen.url('board', 'bangsar')}")
    expect(page.locator(".columns.is-dense")).to_be_attached()
    page.locator(".size select").select_option("large")
    expect(page.locator(".columns.is-dense")).to_have_count(0)
    expect(page.locator(".page")).to_contain_text("1 of ")
    expect(page.locator(".unseen")).to_contain_text("Not in sight: ")
    pages = int(page.locator(".page").inner_text().split(" of ")[1])
    seen: set[str] = set()
    for _ in range(pages):
        seen |= set(page.evaluate(IN_SIGHT))
        page.get_by_role("button", name="Next page").click()
    assert len(seen) == 33
    expect(page.locator(".page")).to_have_text(f"1 of {pages}")
    page.reload()
    expect(page.locator(".size select")).to_have_value("large")
    expect(page.locator(".columns.is-dense")).to_have_count(0)
    context.close()
