"""The pages on adding a processor quote the example as it is, and leave out nothing that an adapter must know."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from types import ModuleType

import pytest

from duitpos.processors import (
    account,
    base,
    capabilities,
    credentials,
    endpoints,
    errors,
    events,
    guide,
    references,
    snapshots,
    start,
)
from duitpos.processors.base import Adapter, Processor
from duitpos.processors.endpoints import WebhookEndpoints
from duitpos.processors.errors import ProcessorError, SignatureInvalid
from tests.processors.rig import Rig
from tests.sandbox_process import ROOT

pytestmark = pytest.mark.pure

PAGES = {
    name: (ROOT / "docs" / name).read_text("utf-8") for name in ("processors.md", "processors-reference.md")
}
TEXT = "\n".join(PAGES.values())
MODULES = (
    base,
    account,
    start,
    snapshots,
    events,
    errors,
    references,
    capabilities,
    credentials,
    endpoints,
    guide,
)
_QUOTE = re.compile(r"^From `([^`]+)`:\n\n```python\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^):#]*)#([^)]*)\)")


@dataclass(frozen=True)
class Row:
    """A row of a table below a heading. `names` are the texts in its first cell that are set as code."""

    heading: str
    text: str
    names: tuple[str, ...]


def _rows() -> Iterator[Row]:
    heading = ""
    for line in re.sub(r"^```.*?^```$", "", TEXT, flags=re.MULTILINE | re.DOTALL).splitlines():
        if found := _HEADING.fullmatch(line):
            heading = found[1]
        elif line.startswith("|"):
            first = line.split("|")[1]
            yield Row(heading, line, tuple(re.findall(r"`([\w.]+)[^`]*`", first)))


ROWS = tuple(_rows())


def _own(module: ModuleType) -> Iterable[type]:
    return (
        one for _, one in inspect.getmembers(module, inspect.isclass) if one.__module__ == module.__name__
    )


CLASSES = tuple(one for module in MODULES for one in _own(module))
VALUES = tuple(one for one in CLASSES if is_dataclass(one) and fields(one))
CODES = tuple(one for one in CLASSES if issubclass(one, StrEnum))


def test_every_quote_is_the_code_as_it_is() -> None:
    quotes = _QUOTE.findall(TEXT)
    assert len(quotes) == TEXT.count("```python")
    for file, quote in quotes:
        source = (ROOT / file).read_text(encoding="utf-8")
        indented = (textwrap.indent(quote, " " * width) for width in (0, 4))
        assert any(f"\n{text}\n" in source for text in indented), f"{file}: {quote.splitlines()[0]}"


def _anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as the pages' reader makes them."""
    plain = re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    seen: Counter[str] = Counter()
    found = set()
    for heading in _HEADING.findall(plain):
        anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return found


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_to_a_heading(name: str) -> None:
    for page, anchor in _LINK.findall(PAGES[name]):
        assert anchor in _anchors(PAGES[page or name]), f"{page}#{anchor}"


@pytest.mark.parametrize("name", PAGES)
def test_the_table_of_contents_has_every_section_in_its_order(name: str) -> None:
    contents, _, rest = PAGES[name].partition("\n## ")
    listed = re.findall(r"^ *\d+\. \[([^\]]+)\]", contents, re.MULTILINE)
    depth = "#{2,3}" if "   1. " in contents else "##"
    assert listed == re.findall(rf"^{depth} (.*)$", f"## {rest}", re.MULTILINE)


def _methods(kind: type) -> Iterable[str]:
    return (name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_"))


def _attributes(kind: type) -> Iterable[str]:
    return (name for name in inspect.get_annotations(kind) if not name.startswith("_"))


@pytest.mark.parametrize("kind", [Adapter, Processor, WebhookEndpoints])
def test_every_method_and_attribute_is_explained(kind: type) -> None:
    for name in (*_methods(kind), *_attributes(kind)):
        assert re.search(rf"\b{name}\b", TEXT), f"{kind.__name__}.{name}"


def _has_row(kind: type, name: str) -> bool:
    """Whether a table below a heading with the value's name has a row for it, or any has one for both names."""
    headed = re.compile(rf"\b{kind.__name__}\b")
    return any(
        f"{kind.__name__}.{name}" in row.names or (name in row.names and headed.search(row.heading))
        for row in ROWS
    )


@pytest.mark.parametrize("kind", VALUES)
def test_every_field_has_its_row(kind: type) -> None:
    for one in fields(kind):
        assert _has_row(kind, one.name), f"{kind.__name__}.{one.name}"


@pytest.mark.parametrize("kind", [ProcessorError, SignatureInvalid])
def test_every_argument_of_an_error_has_its_row(kind: type) -> None:
    for name in inspect.signature(kind).parameters:
        assert _has_row(kind, name), f"{kind.__name__}.{name}"


def test_every_part_of_a_rig_has_its_row() -> None:
    for name in (*_attributes(Rig), *Rig.__abstractmethods__, "currency", "webhook_url"):
        assert any(name in row.names for row in ROWS), name


@pytest.mark.parametrize("codes", CODES)
def test_every_code_has_its_row(codes: type[StrEnum]) -> None:
    for code in codes:
        assert any(re.search(rf"\b{code.name}\b", row.text) for row in ROWS), code
