"""Guests who read only Malay or only Chinese get from scan to receipt. Choosing a language keeps the cart."""

from __future__ import annotations

import re

import pytest
from django.utils import translation
from playwright.sync_api import Browser, Page, expect

from duitpos.domain.menus.texts import Text, Translated, translate_menu
from duitpos.models import MenuSection
from duitpos.models.menu import TextKind
from scripts.messages import catalog_of
from tests.browser.guest_phone import GuestPhone, guest_phone
from tests.languages.test_catalogs import asked_of
from tests.support.restaurant import a_group, an_item
from tests.support.shop import Shop

pytestmark = pytest.mark.browser

DISHES = {"ms": ("Nasi ayam kampung", "Pilihan", "Panggang"), "zh-hans": ("鸡饭", "选择", "烧鸡")}
PHONES = {"ms": "ms-MY", "zh-hans": "zh-CN"}

_READ = """() => {
  const found = [document.title];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) found.push(walk.currentNode.data);
  for (const one of document.querySelectorAll("[aria-label], [placeholder], [title]")) {
    found.push(one.ariaLabel || "", one.placeholder || "", one.title || "");
  }
  for (const one of document.querySelectorAll("*")) found.push(...Object.values(one.dataset));
  return found.map((text) => text.trim().replace(/\\s+/g, " ")).filter(Boolean);
}"""
"""Every text of a page, including screen reader labels and texts that its script will show."""


@pytest.fixture
def menu(shop: Shop) -> None:
    """A dish with choices, in both languages."""
    rice = an_item(shop.tenant, "Chicken rice", 1000, allergens=["egg", "milk"], section=shop.item.section)
    modifiers = a_group(rice, ("Roast", 0), ("Steamed", 100), least=1)
    group = rice.item_groups.get(tenant=shop.tenant).group
    for language, (dish, choose, roast) in DISHES.items():
        texts = [
            Translated(TextKind.ITEM, rice.id, Text(dish)),
            Translated(TextKind.GROUP, group.id, Text(choose)),
            Translated(TextKind.MODIFIER, modifiers["Roast"], Text(roast)),
            Translated(TextKind.SECTION, MenuSection.objects.get(tenant=shop.tenant).id, Text(dish)),
        ]
        translate_menu(shop.tenant, language, texts)


def _english(page: Page, language: str) -> list[str]:
    """The page's English texts that have a translation in the language."""
    texts = [text.replace("\u202f", " ") for text in page.evaluate(_READ)]
    patterns = _patterns(language)
    return [text for text in texts if any(pattern.fullmatch(text) for pattern in patterns)]


def _patterns(language: str) -> list[re.Pattern[str]]:
    locale = translation.to_locale(language)
    catalog = catalog_of(locale)
    found = []
    for _file, sentence, context in asked_of(locale):
        message = catalog.get(sentence, context)
        said = message.string if message else ""
        said = said if isinstance(said, str) else " ".join(said or ())
        for form in (sentence,) if isinstance(sentence, str) else sentence:
            parts = [re.sub(r"<[^>]+>", "", part) for part in re.split(r"%\(\w+\)[sd]", form)]
            if form != said and re.search(r"[a-z]{2}", "".join(parts)):
                found.append(re.compile(".+".join(re.escape(part) for part in parts)))
    return found


def _expect_language(phone: GuestPhone, language: str) -> None:
    expect(phone.page.locator("html")).to_have_attribute("lang", language)
    assert _english(phone.page, language) == []
    wide = phone.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, phone.page.url


def _add(phone: GuestPhone, dish: str) -> None:
    phone.page.locator("summary", has_text=dish).click()
    sheet = phone.page.get_by_role("dialog")
    sheet.locator("fieldset label").first.click()
    sheet.locator(".add").click()
    sheet.wait_for(state="hidden")


def _choose(page: Page, language: str) -> None:
    page.locator(".language summary").click()
    with page.expect_navigation():
        page.locator(f".language button[value={language}]").click()


@pytest.mark.parametrize("language", DISHES)
def test_from_the_scan_to_the_receipt(shop: Shop, menu: None, chromium: Browser, language: str) -> None:
    dish, choose, roast = DISHES[language]
    view = {"width": 320, "height": 640}
    with guest_phone(chromium, shop, locale=PHONES[language], viewport=view) as phone:
        page = phone.page
        phone.scan()
        _expect_language(phone, language)
        page.locator("summary", has_text=dish).click()
        _expect_language(phone, language)
        page.locator(".close").click()
        _add(phone, dish)
        page.locator(".bar a").click()
        page.locator("[data-page=review]").wait_for()
        _expect_language(phone, language)
        with page.expect_navigation(url=f"{shop.sandbox.url}/**"):
            page.locator("button[value=pay]").click()
        expect(page.get_by_text(dish)).to_be_visible()
        phone.card()
        page.locator("#live[data-paid]").wait_for()
        _expect_language(phone, language)
        expect(page.locator(".lines")).to_contain_text(dish)
        expect(page.locator(".lines")).to_contain_text(roast)
        page.goto(f"{page.url.partition('?')[0]}receipt/")
        _expect_language(phone, language)
        expect(page.locator(".lines")).to_contain_text(choose)
        phone.scan()
        _expect_language(phone, language)
        page.goto(phone.menu_url.replace(shop.table.token, "dead"))
        _expect_language(phone, language)
        page.goto(f"{shop.url}/nothing/here/")
        _expect_language(phone, language)


def test_an_english_page_would_be_noticed(shop: Shop, menu: None, chromium: Browser) -> None:
    with guest_phone(chromium, shop) as phone:
        phone.scan()
        assert {"View order", "Note", "Table 1", "Contains: egg, milk"} <= set(_english(phone.page, "ms"))


def test_a_choice_keeps_the_cart(shop: Shop, menu: None, chromium: Browser) -> None:
    with guest_phone(chromium, shop) as phone:
        page = phone.page
        phone.scan()
        top = page.locator(".item").first.bounding_box()
        _add(phone, "Chicken rice")
        _choose(page, "zh-hans")
        assert page.locator(".item").first.bounding_box() == top
        expect(page.locator(".bar a")).to_contain_text("1 件")
        page.locator(".bar a").click()
        expect(page.locator(".lines")).to_contain_text("鸡饭")
        _choose(page, "ms")
        expect(page.locator(".lines")).to_contain_text("Nasi ayam kampung")
        page.locator("button[value='0:plus']").click()
        expect(page.locator(".lines output")).to_have_text("2")
        _choose(page, "en")
        expect(page.locator(".lines")).to_contain_text("Chicken rice")
        expect(page.locator(".lines output")).to_have_text("2")
        phone.press_pay()
        phone.card()
        page.locator("#live[data-paid]").wait_for()
        _choose(page, "ms")
        expect(page.get_by_role("link", name="Resit")).to_be_visible()
        assert phone.complaints == []


def test_a_choice_keeps_the_cart_without_script(shop: Shop, menu: None, chromium: Browser) -> None:
    with guest_phone(chromium, shop, java_script_enabled=False) as phone:
        page = phone.page
        phone.scan()
        row = page.locator("li.item", has_text="Chicken rice")
        row.locator("summary").click()
        row.get_by_text("Roast", exact=True).click()
        row.locator("input[type=number]").fill("2")
        # The typed quantities come back as a carried cart.
        _choose(page, "ms")
        expect(page.get_by_text("2 item")).to_be_visible()
        page.get_by_role("button", name="Lihat pesanan anda").click()
        expect(page.locator(".lines")).to_contain_text("Nasi ayam kampung")
        _choose(page, "zh-hans")
        expect(page.locator(".lines")).to_contain_text("鸡饭")
        page.locator("button[value=menu]").click()
        expect(page.get_by_text("2 件")).to_be_visible()
        _choose(page, "ms")
        expect(page.get_by_text("2 item")).to_be_visible()
        page.get_by_role("button", name="Lihat pesanan anda").click()
        with page.expect_navigation(url=f"{shop.sandbox.url}/**"):
            page.locator("button[value=pay]").click()
        assert phone.complaints == []
