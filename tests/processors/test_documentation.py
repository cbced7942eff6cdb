"""docs/processors.md quotes the example as it is, and leaves out nothing that an adapter must know."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterable
from dataclasses import fields
from enum import StrEnum

import pytest

from duitpos.processors.base import Adapter, Processor, WebhookSetup
from duitpos.processors.capabilities import Capabilities, RefundAbility, StartRepeat, WebhookAddress
from duitpos.processors.credentials import CredentialField, CurrencyProblem, Problem
from duitpos.processors.errors import Failure, SignatureProblem
from duitpos.processors.events import EventKind
from duitpos.processors.snapshots import PaymentSnapshot, RefundScope, SnapshotState
from tests.sandbox_process import ROOT

pytestmark = pytest.mark.pure

PAGE = (ROOT / "docs/processors.md").read_text(encoding="utf-8")
_QUOTE = re.compile(r"^From `([^`]+)`:\n\n```python\n(.*?)\n```$", re.MULTILINE | re.DOTALL)


def test_every_quote_is_the_code_as_it_is() -> None:
    quotes = _QUOTE.findall(PAGE)
    assert len(quotes) == PAGE.count("```python")
    for file, quote in quotes:
        source = (ROOT / file).read_text(encoding="utf-8")
        indented = (textwrap.indent(quote, " " * width) for width in (0, 4))
        assert any(f"\n{text}\n" in source for text in indented), f"{file}: {quote.splitlines()[0]}"


def _methods(kind: type) -> Iterable[str]:
    return (name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_"))


def _attributes(kind: type) -> Iterable[str]:
    return (name for name in inspect.get_annotations(kind) if not name.startswith("_"))


@pytest.mark.parametrize("kind", [Adapter, Processor, WebhookSetup])
def test_every_method_and_attribute_is_explained(kind: type) -> None:
    for name in (*_methods(kind), *_attributes(kind)):
        assert re.search(rf"\b{name}\b", PAGE), f"{kind.__name__}.{name}"


@pytest.mark.parametrize("kind", [Capabilities, CredentialField, PaymentSnapshot])
def test_every_value_has_its_row(kind: type) -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("|")]
    for one in fields(kind):
        parts = [one.name]
        if one.name == "refund":
            parts = [f"refund.{part.name}" for part in fields(RefundAbility)]
        for name in parts:
            assert any(f"`{name}`" in row for row in rows), f"{kind.__name__}.{name}"


@pytest.mark.parametrize(
    "codes",
    [
        CurrencyProblem, EventKind, Failure, Problem, RefundScope, SignatureProblem, SnapshotState, StartRepeat,
        WebhookAddress,
    ],
)  # fmt: skip
def test_every_code_is_explained(codes: type[StrEnum]) -> None:
    for code in codes:
        # The domain reports a missing text; an adapter never does.
        if code is not Problem.REQUIRED:
            assert re.search(rf"\b{code.name}\b", PAGE), code
