"""The user guide's pictures: WebP files that are small enough to be in the repository."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, ViewportSize

from scripts.screenshots.demo import ROOT

FOLDER = ROOT / "docs" / "guide" / "pictures"
MOST_BYTES = 60_000
PHONE = ViewportSize(width=390, height=780)
DESK = ViewportSize(width=1280, height=800)
_QUALITIES = (85, 75, 65, 55, 45)
# Images outside of the window are lazy: they would never be there.
_PICTURES_ARE_THERE = """() => [...document.images].every(image => {
    const {top, bottom, width} = image.getBoundingClientRect();
    return image.complete || !width || bottom < 0 || top > window.innerHeight;
})"""


def phone(browser: Browser) -> Page:
    """A new guest's phone."""
    return browser.new_context(viewport=PHONE, has_touch=True, color_scheme="light").new_page()


def keep(page: Page, name: str, *, at: Locator | None = None) -> None:
    """Save what the page shows as a picture, scrolled to `at` or to its top."""
    if at:
        at.evaluate("it => window.scrollTo(0, it.getBoundingClientRect().top + window.scrollY - 16)")
    page.wait_for_function(_PICTURES_ARE_THERE)
    (FOLDER / f"{name}.webp").write_bytes(webp(page.screenshot(animations="disabled", caret="hide")))


def webp(png: bytes) -> bytes:
    """Encode a picture in at most MOST_BYTES. Raises ValueError if no quality is small enough."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    for quality in _QUALITIES:
        out = io.BytesIO()
        image.save(out, "WEBP", quality=quality, method=6)
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
    raise ValueError(f"The picture has more than {MOST_BYTES} bytes at quality {_QUALITIES[-1]}.")


def names() -> list[Path]:
    """The pictures that are there."""
    return sorted(FOLDER.glob("*.webp"))
