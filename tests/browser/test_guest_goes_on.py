"""A guest pays at a processor that takes a form, or shows a code, and comes back through a form of its page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import override_settings
from playwright.sync_api import Browser, Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from duitpos.kit.clock import now
from duitpos.models import Order, Table
from duitpos.processors.capabilities import GuestDetail
from duitpos.processors.snapshots import SnapshotState
from duitpos.processors.start import FormPost
from tests.browser.other_sites import Site, another_site
from tests.support.restaurant import Restaurant, a_restaurant, a_table, an_item
from tests.support.step_processor import FakeProcessor, a_code, an_account_at_it, install, served_at

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCREENS = [(320, "light"), (390, "light"), (390, "dark"), (1280, "dark")]
BANK = "<!doctype html><title>Bank</title><h1>Bank</h1>"


@dataclass
class Stall:
    """A restaurant with one dish, whose payments go to a processor in this process."""

    restaurant: Restaurant
    table: Table
    processor: FakeProcessor
    url: str
    complaints: list[str] = field(default_factory=list)

    @property
    def order(self) -> Order:
        return Order.objects.get(tenant=self.restaurant.tenant)

    def review(self, page: Page) -> None:
        """Choose the dish, and look at the order."""
        page.on("console", lambda message: self.complaints.append(message.text))
        page.goto(f"{self.url}/kopi/t/{self.table.token}/")
        if page.locator(".plain").is_visible():
            page.locator("summary", has_text="Nasi lemak").click()
            page.get_by_label("How many").fill("2")
            page.get_by_role("button", name="See your order").click()
        else:
            page.locator("summary", has_text="Nasi lemak").click()
            page.locator("#sheet .add").click()
            page.get_by_role("link", name="View order").click()
        page.locator("[data-page=review]").wait_for()

    def press_pay(self, page: Page) -> None:
        self.review(page)
        page.get_by_role("button", name="Pay RM").click()


@pytest.fixture
def stall(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stall]:
    """Its pages are on 127.0.0.1, and other sites on localhost."""
    url = live_server.url.replace("localhost", "127.0.0.1")
    # Only a sandbox may send guests to pages without encryption.
    sandbox = "http://127.0.0.1:9"
    with served_at(url), override_settings(SANDBOX_URLS=[sandbox]):
        restaurant = a_restaurant("kopi")
        an_item(restaurant.tenant, "Nasi lemak", 1250)
        account = an_account_at_it(restaurant, name="Kedai Pay")
        account.api_base = sandbox
        account.save()
        yield Stall(restaurant, a_table(restaurant.location, "5"), install(monkeypatch), url)


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A phone, with script and without."""
    yield from _a_page(chromium, java_script_enabled=request.param)


@pytest.fixture
def scripted(chromium: Browser) -> Iterator[Page]:
    yield from _a_page(chromium)


def _a_page(chromium: Browser, **options: Any) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": 390, "height": 800}, has_touch=True, accept_downloads=True, **options
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def pay_site() -> Iterator[Site]:
    with another_site() as site:
        yield site


@pytest.fixture
def bank() -> Iterator[Site]:
    with another_site() as site:
        site.answer = lambda method, path: (200, {}, BANK)
        yield site


# --- the form -------------------------------------------------------------------------------------------------


def test_the_form_arrives_and_its_answer_may_go_on_to_a_named_origin(
    stall: Stall, scripted: Page, pay_site: Site, bank: Site
) -> None:
    stall.processor.step = FormPost(
        f"{pay_site.url}/pay", (("bill", "1"), ("submit", "x"), ("note", 'é"<&\n2')), (bank.url,)
    )
    pay_site.answer = lambda method, path: (303, {"Location": f"{bank.url}/choose"}, "")
    stall.press_pay(scripted)
    expect(scripted.get_by_role("heading", name="Bank")).to_be_visible()
    assert pay_site.forms == [{"bill": "1", "submit": "x", "note": 'é"<&\r\n2'}]
    assert stall.complaints == []


def test_without_script_a_button_sends_the_form(chromium: Browser, stall: Stall, pay_site: Site) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    stall.processor.step = FormPost(f"{pay_site.url}/pay", (("bill", "1"),))
    stall.press_pay(page)
    page.get_by_role("button", name="Continue to Kedai Pay").click()
    page.wait_for_url(f"{pay_site.url}/**")
    assert pay_site.forms == [{"bill": "1"}]
    context.close()


def test_an_origin_that_is_not_named_is_blocked(
    stall: Stall, scripted: Page, pay_site: Site, bank: Site
) -> None:
    stall.processor.step = FormPost(f"{pay_site.url}/pay", (("bill", "1"),))
    pay_site.answer = lambda method, path: (303, {"Location": f"{bank.url}/choose"}, "")
    stall.press_pay(scripted)
    scripted.get_by_role("button", name="Continue to Kedai Pay").wait_for()
    for _ in range(50):
        if stall.complaints:
            break
        scripted.wait_for_timeout(100)
    assert "form-action" in stall.complaints[0]
    assert pay_site.paths == ["POST /pay"]
    assert bank.paths == []


def test_back_from_the_processor_does_not_send_the_guest_there_again(
    stall: Stall, scripted: Page, pay_site: Site
) -> None:
    stall.processor.step = FormPost(f"{pay_site.url}/pay", (("bill", "1"),))
    stall.press_pay(scripted)
    scripted.wait_for_url(f"{pay_site.url}/**")
    scripted.go_back()
    scripted.wait_for_url(f"{stall.url}/**")
    scripted.wait_for_timeout(500)
    assert len(pay_site.forms) == 1


# --- coming back ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["return", "cancel"])
def test_a_form_of_the_processors_page_brings_the_guest_back_with_their_cookie(
    stall: Stall, scripted: Page, pay_site: Site, where: str
) -> None:
    stall.processor.step = FormPost(f"{pay_site.url}/pay", (("bill", "1"),))
    stall.press_pay(scripted)
    scripted.wait_for_url(f"{pay_site.url}/**")
    sent = stall.processor.requests[0]
    back = sent.return_url if where == "return" else sent.cancel_url
    seen: list[Request] = []
    scripted.on("request", lambda request: seen.append(request))
    stall.processor.state = SnapshotState.PAID
    scripted.set_content(
        f'<form method="post" action="{back}"><input name="status" value="failed"><button>Back</button></form>'
    )
    scripted.get_by_role("button", name="Back").click()
    expect(scripted.get_by_text("Thank you")).to_be_visible()
    cookies = {one.method: one.all_headers().get("cookie", "") for one in seen if one.url == back}
    assert cookies["POST"] == ""
    assert "guest=" in cookies["GET"]
    assert stall.order.status == "placed"


# --- the code -------------------------------------------------------------------------------------------------


def test_the_page_of_a_code_follows_the_payment_by_itself(stall: Stall, page: Page) -> None:
    stall.processor.step = a_code(expires_at=now() + timedelta(minutes=10), poll_after=2)
    stall.press_pay(page)
    expect(page.get_by_role("heading", name="DuitNow QR")).to_be_visible()
    page.wait_for_url("**/pay/*/")
    with page.expect_download() as saving:
        page.get_by_role("link", name="Save the picture").click()
    assert saving.value.suggested_filename == "kopi.png"
    stall.processor.state = SnapshotState.PAID
    expect(page.get_by_text("Thank you")).to_be_visible()
    assert stall.complaints == []


def test_a_reload_shows_the_code_again_and_back_leads_to_the_order(stall: Stall, scripted: Page) -> None:
    stall.processor.step = a_code()
    stall.press_pay(scripted)
    code = scripted.locator(".code")
    expect(code).to_be_visible()
    scripted.reload()
    expect(code).to_be_visible()
    scripted.get_by_role("link", name="Back to your order").click()
    scripted.get_by_role("link", name="Pay RM").click()
    expect(code).to_be_visible()


# --- looks ----------------------------------------------------------------------------------------------------


def _form(stall: Stall, page: Page) -> None:
    stall.processor.step = FormPost("http://127.0.0.1:9/", (("bill", "1"),))
    page.route("**/go_on.js", lambda route: route.abort())
    stall.press_pay(page)
    page.get_by_role("button", name="Continue").wait_for()


def _code(stall: Stall, page: Page) -> None:
    stall.processor.step = a_code(expires_at=now() + timedelta(minutes=10), poll_after=30)
    stall.press_pay(page)
    page.locator(".code").wait_for()


def _refused(stall: Stall, page: Page) -> None:
    an_account_at_it(stall.restaurant, "OTHER", name="Pay by bank, with a name that is long", position=6)
    stall.review(page)
    page.get_by_label("Your e-mail address").locator("visible=true").fill("aminah@")
    page.get_by_role("button", name="Pay RM").click()
    expect(page.get_by_text("not a complete e-mail address")).to_be_visible()


@pytest.mark.parametrize("width, scheme", SCREENS)
@pytest.mark.parametrize("go", [_form, _code, _refused], ids=lambda go: go.__name__)
def test_a_page_fits_and_axe_finds_nothing(
    stall: Stall, chromium: Browser, monkeypatch: pytest.MonkeyPatch, go: object, width: int, scheme: str
) -> None:
    if go is _refused:
        stall.processor = install(monkeypatch, needs=tuple(GuestDetail))
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    go(stall, page)  # type: ignore[operator]
    results = Axe().run(page, options={"runOnly": RULES}).response
    assert [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in results["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_only_the_chosen_ways_fields_are_shown(
    stall: Stall, scripted: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    stall.processor = install(monkeypatch, needs=(GuestDetail.EMAIL,))
    an_account_at_it(stall.restaurant, "OTHER", name="Other", position=6)
    stall.review(scripted)
    fields = scripted.get_by_label("Your e-mail address")
    assert [fields.nth(number).is_visible() for number in range(2)] == [True, False]
    scripted.get_by_label("Other").check()
    assert [fields.nth(number).is_visible() for number in range(2)] == [False, True]
    fields.nth(1).fill("not an address")
    scripted.get_by_label("Kedai Pay").first.check()
    fields.nth(0).fill("aminah@example.com")
    # The hidden field's text stops nothing.
    scripted.get_by_role("button", name="One Nasi lemak more").click()
    expect(scripted.locator("output")).to_have_text("2")
    expect(fields.nth(0)).to_have_value("aminah@example.com")
    stall.processor.step = a_code()
    scripted.get_by_role("button", name="Pay RM").click()
    scripted.locator(".code").wait_for()
    assert [request.payer.email for request in stall.processor.requests] == ["aminah@example.com"]
