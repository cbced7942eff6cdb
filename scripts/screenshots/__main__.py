"""`make screenshots`: takes the pictures of the README and of the user guide, from a demo in a temporary folder."""

from __future__ import annotations

import sys
import time

from scripts.screenshots import guests, readme, staff
from scripts.screenshots.demo import running_demo
from scripts.screenshots.picture import FOLDER, names
from tests.support.browser import running_chromium


def main() -> int:
    """Take all of them."""
    for folder in (readme.FOLDER, FOLDER):
        folder.mkdir(parents=True, exist_ok=True)
    began = time.time()
    with running_demo() as places, running_chromium() as browser:
        readme.take(browser, places)
        guests.take(browser, places)
        staff.take(browser, places)
    for picture in names():
        if picture.stat().st_mtime < began:
            picture.unlink()
    print(f"Pictures are in {readme.FOLDER} and {FOLDER}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
