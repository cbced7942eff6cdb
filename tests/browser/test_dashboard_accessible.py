"""Every staff page passes axe and fits its width, on phones and a desktop, in light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from duitpos.domain.reporting.day_close.close_day import Drawer, close_day
from duitpos.domain.reporting.day_close.state import today
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.kit.clock import now
from duitpos.models import Dispute, MenuItem, ModifierGroup, Tenant
from tests.support.restaurant import PASSWORD, a_group, a_location, a_table
from tests.support.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

LONG = "Restoran Nasi Kandar Warisan Keluarga Abdul Rahman \u963f\u90fd\u62c9\u66fc\u5bb6\u4f20\u996d\u5e97"
SCREENS = {
    "a small phone at night": (320, "dark"),
    "a phone by day": (390, "light"),
    "a desk by day": (1280, "light"),
    "a desk at night": (1280, "dark"),
}


@pytest.fixture
def page(shop: Shop, chromium: Browser) -> Iterator[Page]:
    """The owner is signed in. There are orders in several states, an Alert and long names."""
    tenant = Tenant.objects.get(id=shop.tenant.id)
    tenant.name = LONG
    tenant.save()
    site = a_location(shop.tenant, "bukit-bintang-cawangan-utama")
    a_group(shop.item, (LONG, 150), least=0)
    MenuItem.objects.filter(tenant=tenant).update(description=LONG, marks=["halal"], allergens=["egg"])
    a_table(site, "Meja Panjang Tepi Taman 12")
    declined = shop.start()
    shop.sandbox.pay(declined.reference, card="4000000000009995")
    shop.pay(declined)
    canceled = shop.start(guest_token="guest-2")
    shop.pay(canceled)
    assert canceled.order_id is not None
    cancel_order(shop.restaurant.owner, canceled.order_id, "kitchen is out of rice", refund=False)
    shop.start(guest_token="guest-3")
    disputed = shop.start(guest_token="guest-4")
    shop.pay(disputed, card="4000000000000259")
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{shop.url}/accounts/login/")
    page.get_by_label("E-mail").fill(shop.restaurant.owner.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard/")
    yield page
    context.close()


def addresses(shop: Shop) -> list[str]:
    """Every page of the dashboard, including confirmations."""
    dashboard = f"/{shop.tenant.slug}/dashboard"
    paid, *_ = shop.orders(number=1)
    payment = shop.payment_of(paid)
    kind = f"{dashboard}/payment-types/{shop.account.payment_type_id}"
    order = f"{dashboard}/orders/{paid.id}"
    return [
        "/",
        "/accounts/restaurants/?choose",
        "/accounts/logout/",
        "/nothing/here/",
        "/accounts/sign-up/",
        "/accounts/open/",
        f"{dashboard}/",
        f"{dashboard}/tables/codes/?layout=tents&languages=en&languages=ta&notice=on",
        f"{dashboard}/people/",
        f"{dashboard}/people/{shop.restaurant.owner.id}/",
        f"{dashboard}/people/{shop.restaurant.owner.id}/end/",
        "/accounts/security/",
        "/accounts/devices/",
        "/accounts/password/change/",
        f"{dashboard}/orders/",
        f"{dashboard}/orders/?q=nothing-fits",
        f"{dashboard}/orders/waiting/",
        f"{order}/",
        f"{order}/cancel/",
        f"{order}/payments/{payment.id}/refund/",
        f"{order}/payments/{payment.id}/refund/part/",
        f"{dashboard}/payments/{payment.id}/",
        f"{dashboard}/attention/",
        f"{dashboard}/attention/rules/",
        f"{dashboard}/payment-issues/",
        f"{dashboard}/payment-issues/find/",
        f"{dashboard}/payment-issues/find/?q=RM+25.00",
        f"{dashboard}/payment-issues/find/?q=nothing-fits&about=never",
        f"{dashboard}/payment-issues/declines/",
        f"{dashboard}/payment-issues/disputes/",
        f"{dashboard}/payment-issues/disputes/{Dispute.objects.get(tenant=shop.tenant).id}/",
        f"{dashboard}/payment-types/",
        f"{dashboard}/payment-types/add/",
        f"{dashboard}/refund-limits/",
        f"{kind}/",
        f"{kind}/delete/",
        f"{kind}/processors/{shop.account.id}/use/",
        f"{kind}/processors/{shop.account.id}/retire/",
        f"{dashboard}/get-paid/",
        f"{dashboard}/get-paid/go-live/",
        f"{kind}/processors/{shop.account.id}/webhook/",
        f"{dashboard}/reports/?paid=test",
        f"{dashboard}/reports/funnel/",
        f"{dashboard}/reports/?paid=test&by=hour",
        f"{dashboard}/reports/?paid=test&by=item&sort=net",
        f"{dashboard}/reports/receipts/",
        f"{dashboard}/reports/days/",
        f"{dashboard}/reports/days/{shop.restaurant.location.slug}/{today(shop.restaurant.location, now())}/",
        f"{dashboard}/reports/days/{shop.restaurant.location.slug}/{a_closed_day(shop)}/",
        f"{dashboard}/reports/journal/",
        f"{dashboard}/people/changes/",
        f"{dashboard}/reports/?paid=test&by=payment_type",
        *menu_addresses(shop, f"{dashboard}/menu"),
        f"{dashboard}/sold-out/",
        f"{dashboard}/locations/{shop.restaurant.location.slug}/service/",
        f"{dashboard}/locations/",
        f"{dashboard}/locations/add/",
        f"{dashboard}/locations/{shop.restaurant.location.slug}/",
        f"{dashboard}/locations/{shop.restaurant.location.slug}/hours/",
        f"{dashboard}/locations/{shop.restaurant.location.slug}/close/",
        f"{dashboard}/tables/",
        f"{dashboard}/tables/add/",
        f"{dashboard}/tables/{shop.table.id}/",
        f"{dashboard}/tables/{shop.table.id}/archive/",
        f"{dashboard}/tables/{shop.table.id}/new-code/",
        f"{dashboard}/tables/new-codes/{shop.restaurant.location.slug}/",
    ]


def a_closed_day(shop: Shop) -> str:
    """Yesterday, with a counted drawer; closing it twice is closing it once."""
    site = shop.restaurant.location
    day = today(site, now()) - timedelta(days=1)
    drawer = Drawer("100", "98.50", "a note")
    return close_day(shop.restaurant.owner, site, day, 0, drawer).close.business_date.isoformat()


def menu_addresses(shop: Shop, menu: str) -> list[str]:
    """The pages of the menu; test_menu_groups.py, test_menu_sheets.py and test_menu_editor.py have their states."""
    item = f"{menu}/items/{shop.item.id}"
    group = ModifierGroup.objects.get(tenant=shop.tenant)
    return [
        f"{menu}/",
        f"{menu}/?show=archived",
        f"{item}/",
        f"{item}/?copy=1",
        f"{item}/photo/",
        f"{menu}/sections/{shop.item.section_id}/",
        f"{menu}/sections/{shop.item.section_id}/archive/",
        f"{menu}/groups/",
        f"{menu}/groups/add/",
        f"{menu}/groups/{group.id}/",
        f"{menu}/groups/{group.id}/dishes/",
        f"{menu}/prices/",
        f"{menu}/preview/",
        f"{menu}/print/",
        f"{menu}/import/",
        f"{menu}/samples/",
    ]


def test_pages_that_do_not_fit_on_a_phone_are_behind_a_button(shop: Shop, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{shop.url}/{shop.tenant.slug}/dashboard/orders/")
    first = page.get_by_role("link", name="Payment Issues")
    expect(first).to_be_hidden()
    page.get_by_role("button", name="More").focus()
    page.keyboard.press("Enter")
    expect(first).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Tab")
    expect(first).to_be_focused()
    page.keyboard.press("Escape")
    expect(first).to_be_hidden()
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.get_by_role("button", name="More")).to_be_hidden()
    first.click()
    expect(first).to_have_attribute("aria-current", "page")
    page.set_viewport_size({"width": 320, "height": 800})
    expect(page.get_by_role("button", name="More")).to_have_class("here")


@pytest.mark.parametrize("screen", SCREENS)
def test_every_page(shop: Shop, page: Page, screen: str) -> None:
    width, scheme = SCREENS[screen]
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    wrong: list[str] = []
    for address in addresses(shop):
        page.goto(shop.url + address)
        found = Axe().run(page).response
        assert found["passes"], address
        wrong += [
            f"{address}: {one['id']} {[node['target'] for node in one['nodes']]}"
            for one in found["violations"]
        ]
        too_wide = page.evaluate("document.documentElement.scrollWidth") - width
        if too_wide > 0:
            wrong.append(f"{address}: {too_wide} px too wide")
    assert wrong == []


@pytest.mark.parametrize(
    "path",
    [
        "",
        "accounts/login/",
        "accounts/password/reset/",
        "accounts/password/reset/done/",
        "accounts/password/reset/key/0-no/",
    ],
)
def test_every_page_before_signing_in(shop: Shop, chromium: Browser, path: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{shop.url}/{path}")
    found = Axe().run(page).response
    context.close()
    assert found["passes"]
    assert found["violations"] == []
