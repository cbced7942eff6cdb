"""An order is sent unpaid and paid at the counter: the guest's phone, the cashier's and the kitchen's board."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from duitpos.domain.orders.counter_code import counter_code
from duitpos.domain.processor_accounts.types import create_type
from duitpos.guest import cookies
from duitpos.models import Order, PaymentType
from duitpos.models.payment_setup import PaymentKind
from duitpos.models.tenant import UnpaidOrders
from tests.browser.guest_checks import axe_finds, small_targets, too_wide
from tests.browser.guest_phone import GuestPhone, guest_phone
from tests.support.counter import cash, send
from tests.support.restaurant import PASSWORD
from tests.support.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE, DESK = ViewportSize(width=390, height=800), ViewportSize(width=1280, height=800)


@pytest.fixture
def phone(shop: Shop, chromium: Browser) -> Iterator[GuestPhone]:
    with guest_phone(chromium, shop) as phone:
        yield phone


@pytest.fixture
def staff(shop: Shop, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(f"{shop.url}/accounts/login/")
    page.get_by_label("E-mail").fill(shop.restaurant.owner.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard/")
    yield page
    context.close()


def send_unpaid(phone: GuestPhone) -> Order:
    """From the table's code to the order's page."""
    phone.scan()
    phone.add("Nasi lemak", quantity=2)
    phone.view_order()
    phone.page.get_by_text("Till", exact=True).click()
    # Two ways to pay: the button does not promise one of them.
    with phone.page.expect_navigation(url="**/o/**"):
        phone.page.get_by_role("button", name="Order for RM").click()
    return Order.objects.get(tenant=phone.shop.tenant)


def board(shop: Shop, staff: Page) -> Page:
    """The kitchen's board in another tab."""
    page = staff.context.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{shop.url}/{shop.tenant.slug}/kitchen/{shop.restaurant.location.slug}/")
    return page


def test_sent_unpaid_held_and_paid_with_change(shop: Shop, phone: GuestPhone, staff: Page) -> None:
    cash(shop, UnpaidOrders.AFTER_PAYMENT)
    order = send_unpaid(phone)
    live = phone.page.locator("#live")
    expect(live).to_have_attribute("data-state", "at_counter")
    expect(live).to_contain_text(counter_code(order.id))
    expect(live).to_contain_text("RM 25.00")
    assert (axe_finds(phone.page), small_targets(phone.page), too_wide(phone.page)) == ([], [], [])
    kitchen = board(shop, staff)
    expect(kitchen.locator("#placed .number")).to_have_count(0)

    staff.goto(f"{shop.url}/{shop.tenant.slug}/dashboard/orders/waiting/")
    row = staff.get_by_role("row").filter(has_text=counter_code(order.id))
    row.get_by_role("link", name="Paid").click()
    expect(staff.get_by_role("heading", name="Take RM 25.00?")).to_be_visible()
    for refused, why in (("20", "Enter at least RM 25.00"), ("twenty", "amount")):
        staff.get_by_label("Handed over").fill(refused)
        staff.get_by_role("button", name="Paid RM 25.00").click()
        expect(staff.locator("#confirm")).to_contain_text(why)
        expect(staff.get_by_label("Handed over")).to_have_value(refused)
        assert Axe().run(staff).response["violations"] == []
    expect(live).to_have_attribute("data-state", "at_counter")
    staff.get_by_label("Handed over").fill("50")
    staff.get_by_role("button", name="Paid RM 25.00").click()
    expect(staff.get_by_text("Paid RM 25.00. Give back RM 25.00.")).to_be_visible()

    # Nobody reloads anything: board and guest's page follow.
    expect(kitchen.locator("#placed .number")).to_have_text(["T1"])
    expect(live).to_have_attribute("data-state", "paid")
    expect(live).to_contain_text("T1")
    # The button is gone; a second press from an older tab records nothing.
    expect(staff.get_by_role("link", name="Paid…")).to_have_count(0)
    staff.goto(f"{shop.url}/{shop.tenant.slug}/dashboard/orders/{order.id}/pay/")
    expect(staff.get_by_text("does not wait to be paid at the counter")).to_be_visible()
    assert shop.ledger() == [("payment", 2500)]


def test_cooked_at_once_and_marked_until_it_is_paid(
    shop: Shop, phone: GuestPhone, staff: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    # This phone reads the menu faster than a person does.
    monkeypatch.setattr(cookies, "LOOKED_SECONDS", 0)
    cash(shop, UnpaidOrders.AT_ONCE)
    kitchen = board(shop, staff)
    order = send_unpaid(phone)
    expect(phone.page.locator("#live")).to_contain_text("T1")
    ticket = kitchen.locator("[data-label='T1']")
    expect(ticket).to_contain_text("UNPAID")
    staff.goto(f"{shop.url}/{shop.tenant.slug}/dashboard/orders/{order.id}/")
    staff.get_by_role("link", name="Paid…").click()
    staff.get_by_role("button", name="Paid RM 25.00").click()
    expect(staff.get_by_text("Paid RM 25.00.", exact=True)).to_be_visible()
    expect(ticket).not_to_contain_text("UNPAID")
    expect(phone.page.locator("#live")).to_have_attribute("data-state", "paid")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_fit_and_can_be_pressed(
    shop: Shop, staff: Page, size: ViewportSize, scheme: str
) -> None:
    """Waiting list, Paid, the order and the payment types; buttons and choices are at least 44 px high."""
    till: PaymentType = cash(shop, UnpaidOrders.AT_ONCE)
    create_type(shop.restaurant.owner, "TERMINAL", "Card terminal", kind=PaymentKind.CARD_TERMINAL)
    order = send(shop, till)
    staff.set_viewport_size(size)
    staff.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    home = f"{shop.url}/{shop.tenant.slug}/dashboard"
    for address in (
        "orders/waiting/",
        f"orders/{order.id}/",
        f"orders/{order.id}/pay/",
        "payment-types/",
        f"payment-types/{till.id}/",
    ):
        staff.goto(f"{home}/{address}")
        found = Axe().run(staff).response
        assert found["violations"] == [], address
        assert staff.evaluate("document.documentElement.scrollWidth") <= size["width"], address
        assert _small(staff) == [], address


def _small(page: Page) -> list[str]:
    """Buttons and choices of the page's content that are below 44 points. A choice counts with its whole line."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("main button:not(.copy), main .button, main label:has(> input)")]
            .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 43.5)
            .map((element) => element.outerHTML.slice(0, 120))"""
    )
    return found
