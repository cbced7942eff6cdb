"""Static files and templates: small for guests, nothing inline."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure

PACKAGE = Path(__file__).parents[2] / "src" / "duitpos"
STAFF = (
    "ui/static/ui/staff.css",
    "ui/static/ui/rail.css",
    "dashboard/static/dashboard/dashboard.css",
    "dashboard/static/dashboard/menu_editor.css",
)
TEMPLATES = [path for package in PACKAGE.iterdir() for path in (package / "templates").rglob("*.html")]


def test_tokens_are_small_because_guests_load_them() -> None:
    tokens = (PACKAGE / "ui/static/ui/tokens.css").read_bytes()
    assert len(gzip.compress(tokens)) < 2048


def test_every_colour_that_is_used_is_a_token() -> None:
    tokens = (PACKAGE / "ui/static/ui/tokens.css").read_text()
    staff = "".join((PACKAGE / name).read_text() for name in STAFF)
    used = set(re.findall(r"var\((--[a-z0-9-]+)", staff))
    assert used
    assert used <= set(re.findall(r"(--[a-z0-9-]+):", tokens))


def test_light_and_dark_define_the_same_colours() -> None:
    tokens = (PACKAGE / "ui/static/ui/tokens.css").read_text()
    light, *dark = (
        dict(re.findall(r"(--[a-z-]+): (#\w+);", block.split("}")[0]))
        for block in tokens.split("color-scheme: ")[1:]
        if "--page" in block
    )
    assert len(dark) == 2
    assert dark[0] == dark[1]
    assert dark[0].keys() == light.keys()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_template_has_inline_script_or_style(path: Path) -> None:
    text = path.read_text()
    if path.name == "watch.html":
        # It must run where no other script arrives; the policy allows it by its hash.
        text = text.replace("<script>{{ script }}</script>", "")
    assert not re.search(r'<script(?![^>]*\bsrc=)(?![^>]*type="application/json")', text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text)


def test_vendored_scripts_come_with_their_licences() -> None:
    vendor = PACKAGE / "ui/static/ui/vendor"
    assert [path.name for path in sorted(vendor.iterdir())] == [
        "htmx-2.0.11.min.js",
        "htmx-LICENSE.txt",
        "sortable-1.15.7.min.js",
        "sortable-LICENSE.txt",
    ]
    assert "Zero-Clause BSD" in (vendor / "htmx-LICENSE.txt").read_text()
    assert 'version:"2.0.11"' in (vendor / "htmx-2.0.11.min.js").read_text()
    assert "MIT License" in (vendor / "sortable-LICENSE.txt").read_text()
    assert (vendor / "sortable-1.15.7.min.js").read_text().startswith("/*! Sortable 1.15.7 - MIT ")
