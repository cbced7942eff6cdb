"""What every guest page must fulfil, on any screen."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def too_wide(page: Page) -> list[str]:
    """The elements that make the page scroll sideways."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
            .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
            .map((element) => element.outerHTML.slice(0, 120))"""
    )
    return found


def small_targets(page: Page) -> list[str]:
    """Touch targets below 48 points: buttons, rows and links. A choice counts with its whole line."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("a, button, summary, .choice, .field input")]
            .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 47.5)
            .map((element) => element.outerHTML.slice(0, 120))"""
    )
    return found


def axe_finds(page: Page) -> list[str]:
    results = Axe().run(page, options={"runOnly": RULES})
    return [f"{found['id']}: {found['nodes'][0]['html'][:200]}" for found in results.response["violations"]]
