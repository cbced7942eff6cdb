"""A real Chromium for tests and screenshots: Debian's, or any other that is installed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

# No requests by the browser itself, such as updates. Chromium's sandbox does not start for root.
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class BrowserMissing(Exception):
    """No Chromium is installed here."""


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome, or None."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    return found or (str(_MACOS) if _MACOS.exists() else None)


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Yield a browser. Raises BrowserMissing.

    While it runs, Playwright's event loop is in this thread, and Django would mistake a test's query for one made
    inside a coroutine. So DJANGO_ALLOW_ASYNC_UNSAFE is set during that time only.
    """
    path = find_chromium()
    if path is None:
        raise BrowserMissing("No Chromium here. Debian, Ubuntu: apt-get install chromium")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        try:
            yield browser
        finally:
            browser.close()
            if before is None:
                del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
            else:
                os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before
