"""Only its own package knows a processor: no word, code, limit or prefix of Stripe's, and no question for a name.

Whatever else must be known of a processor is a capability (docs/processors.md).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from duitpos.processors.registry import ADAPTERS
from tests.sandbox_process import ROOT

pytestmark = pytest.mark.pure

SOURCE = ROOT / "src/duitpos"
SUFFIXES = (".py", ".html", ".txt", ".js", ".css", ".svg")

WORDS = re.compile(
    r"""
    stripe | payment[_\ ]?intent | intent_reference | charge_reference | latest_charge | client_reference_id
    | checkout[._]session | CHECKOUT_SESSION | async_payment | livemode | amount_total
    | more_permissions | testmode_charges | statement_descriptor | webhook_secret
    | \b(sk|pk|rk)_(test|live) | \bcs_(test|live) | \bmk_ | whsec
    | \b(pi|ch|acct|evt|we)_
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""Stripe's name, its objects, fields, event types and error codes, and how its ids and secrets begin."""

ALLOWED = {
    "processors/stripe/": "the adapter itself",
    "processors/registry.py": "the line that installs it",
    "demo/": "it starts the Stripe sandbox and a restaurant that uses it",
    "migrations/": "history: they turn what was stored for Stripe into what is stored now",
}
"""Where they may be, and why. Translations are not searched: their sentences come from the files that are."""

NAMES = frozenset({*ADAPTERS, "example"})


def _files() -> Iterator[tuple[str, str]]:
    for file in sorted(SOURCE.rglob("*")):
        if file.suffix in SUFFIXES:
            yield file.relative_to(SOURCE).as_posix(), file.read_text(encoding="utf-8")


def _words(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if found := WORDS.search(line):
            yield number, found[0]


def _is_name(node: ast.AST | None) -> bool:
    match node:
        case ast.Constant(value=str(text)):
            return text in NAMES
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return any(_is_name(part) for part in parts)
    return False


def _questions(source: str) -> Iterator[int]:
    """Lines that compare something with a processor's name."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Compare(left=left, comparators=others):
                if any(_is_name(one) for one in (left, *others)):
                    yield node.lineno
            case ast.MatchValue(value=value) if _is_name(value):
                yield node.lineno
            case ast.Call(func=ast.Attribute(attr="startswith" | "endswith"), args=[given, *_]) if _is_name(
                given
            ):
                yield node.lineno


def test_no_word_of_stripes_outside_its_package() -> None:
    found = [
        f"{path}:{number}: {word}"
        for path, text in _files()
        if not path.startswith(tuple(ALLOWED))
        for number, word in _words(text)
    ]
    assert not found, "\n".join(found)


def test_each_allowed_place_needs_to_be_one() -> None:
    with_words = {path for path, text in _files() if any(_words(text))}
    for place, reason in ALLOWED.items():
        assert reason
        assert any(path.startswith(place) for path in with_words), place


def test_the_registry_only_installs_it() -> None:
    lines = (SOURCE / "processors/registry.py").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if WORDS.search(line)] == [
        "from duitpos.processors.stripe.adapter import StripeAdapter",
        'ADAPTERS: dict[str, Adapter] = {"stripe": StripeAdapter()}',
    ]


def test_nothing_asks_for_a_processors_name() -> None:
    found = [
        f"{path}:{line}"
        for path, text in _files()
        if path.endswith(".py") and not path.startswith(("demo/", "migrations/"))
        for line in _questions(text)
    ]
    assert not found, "\n".join(found)


def test_no_template_asks_for_a_processors_name() -> None:
    asks = re.compile(rf"{{%[^%]*[\"']({'|'.join(sorted(NAMES))})[\"'][^%]*%}}")
    found = [path for path, text in _files() if path.endswith((".html", ".txt")) and asks.search(text)]
    assert not found


@pytest.mark.parametrize(
    "line",
    [
        "paid with Stripe", "payment_intent", "PaymentIntent", "intent_reference = ''", "checkout.session.completed",
        "sk_live_51Sabc", "`sk_test_…4242`", "rk_test_x", "cs_test_a1", "pi_123", "ch_123", "acct_1S", "whsec_x",
        "evt_1",
        '"livemode"', "more_permissions_required", "client_reference_id", "{CHECKOUT_SESSION_ID}",
    ],
)  # fmt: skip
def test_the_words_are_found(line: str) -> None:
    assert list(_words(line))


@pytest.mark.parametrize(
    "line",
    ["re_path(", "task_worker", "_ask_account", "batch_of", "a checkout session expires", "rk", "api_key"],
)
def test_other_words_are_not(line: str) -> None:
    assert not list(_words(line))


@pytest.mark.parametrize(
    "source",
    [
        'if account.processor == "stripe": pass',
        'x = 1 if "stripe" != name else 2',
        'if name in ("stripe", "example"): pass',
        'match name:\n    case "stripe": pass',
        'if name.startswith("stripe"): pass',
    ],
)
def test_questions_are_found(source: str) -> None:
    assert list(_questions(source))


def test_installing_one_is_no_question() -> None:
    assert not list(_questions('ADAPTERS = {"example": ExampleAdapter()}'))
