"""Reads the forms of the menu editor as a browser does."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from tests.dashboard.client import Dashboard


class _Fields(HTMLParser):
    """The values that a browser would send of the form that has the field `version`."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        name, value = values.get("name") or "", values.get("value") or ""
        if tag == "form":
            self.forms.append({})
        elif tag == "select":
            self.select = name
            self.forms[-1].setdefault(name, [])
        elif tag == "option" and self.select:
            if "selected" in values or not self.forms[-1][self.select]:
                self.forms[-1][self.select] = [value]
        elif tag == "textarea":
            self.area = name
            self.forms[-1][name] = [""]
        elif tag == "input" and name and (values.get("type") != "checkbox" or "checked" in values):
            self.forms[-1].setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self.area:
            # A browser drops the line break after the tag.
            self.forms[-1][self.area] = [self.forms[-1][self.area][0] + data.removeprefix("\n")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""
        if tag == "select":
            self.select = ""


def fields_of(response: Any) -> dict[str, Any]:
    """What the edit form on the page would send, unchanged."""
    reader = _Fields()
    reader.feed(response.content.decode())
    [form] = [form for form in reader.forms if "version" in form]
    return {name: value for name, value in form.items() if name != "csrfmiddlewaretoken"}


def meanwhile(response: Any) -> dict[str, str]:
    """What is said beside fields about another person's changes, by the field's name."""
    text = response.content.decode()
    found = re.findall(r'class="meanwhile" id="[is]_[0-9a-f]+_(\S+?)_meanwhile">(.*?)</p>', text, re.S)
    return {name: said.replace("\u202f", " ") for name, said in found}


def open_form(dashboard: Dashboard, item_id: Any) -> dict[str, Any]:
    return fields_of(dashboard.get("menu_item", item_id))
