"""Every code has one sentence, which takes the facts that every raise passes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.functional import Promise

from duitpos.domain.errors import Code, Invalid
from duitpos.domain.people.roles import Can
from duitpos.kit.money import Money
from duitpos.web.sentences import ByFact, Sentence
from duitpos.web.texts import NOT_IN_SENTENCES, SENTENCES, error_text
from duitpos.web.texts.guests import GUESTS
from duitpos.web.texts.kitchen import KITCHEN
from duitpos.web.texts.opening import OPENING
from duitpos.web.texts.staff import STAFF

pytestmark = pytest.mark.pure

SOURCE = Path(__file__).parents[2] / "src" / "duitpos"
PLACE = re.compile(r"(?<!%)%\((\w+)\)[sd]")


def raised() -> Iterator[tuple[Code, frozenset[str], str]]:
    """Code, names of its facts, and location, for every call whose first argument is a code."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            first = node.args[0]
            if isinstance(first, ast.Attribute) and ast.unparse(first.value) == "Code":
                facts = frozenset(str(word.arg) for word in node.keywords)
                yield Code[first.attr], facts, f"{path.relative_to(SOURCE)}:{node.lineno}"


RAISED = list(raised())


def texts_of(sentence: Sentence) -> Iterator[tuple[str, frozenset[str]]]:
    """Each text, and the facts that it needs in addition to those that select it."""
    if isinstance(sentence, ByFact):
        for text in sentence.texts.values():
            yield str(text), frozenset({sentence.fact})
    else:
        assert isinstance(sentence, str | Promise)
        yield str(sentence), frozenset()


def test_every_code_has_one_sentence() -> None:
    tables: list[set[Code]] = [set(GUESTS), set(KITCHEN), set(STAFF), set(OPENING)]
    assert set().union(*tables) == set(Code)
    assert sum(len(table) for table in tables) == len(Code), "a code has two sentences"


def test_every_code_is_raised_somewhere() -> None:
    assert {code for code, _, _ in RAISED} == set(Code)


@pytest.mark.parametrize("code", list(Code))
def test_a_sentence_takes_the_facts_that_every_raise_passes(code: Code) -> None:
    sentence = SENTENCES[code]
    for text, chosen_by in texts_of(sentence):
        needed = frozenset(PLACE.findall(text)) | chosen_by
        for where in (where for raised_code, facts, where in RAISED if raised_code == code):
            given = next(facts for _, facts, there in RAISED if there == where)
            assert needed == given - NOT_IN_SENTENCES, f"{where}: {text}"


def test_guest_pages_never_raise_codes_of_staff_packages() -> None:
    packages = ("dashboard/", "kitchen/", "accounts/", "domain/staff_actions/", "domain/processor_accounts/")
    # A guest's choice about a paid order resolves the same alert as staff do, so it lies beside their actions.
    of_guests = "domain/staff_actions/guest_choice.py"
    of_staff = {
        code for code, _, where in RAISED if where.startswith(packages) and not where.startswith(of_guests)
    }
    assert of_staff <= set(STAFF) | set(KITCHEN) | set(OPENING)


def test_the_kitchens_page_raises_no_code_of_other_staff_pages() -> None:
    of_the_kitchen = {
        code for code, _, where in RAISED if where.startswith(("kitchen/", "domain/orders/move.py"))
    }
    assert of_the_kitchen <= set(KITCHEN)


def test_there_is_a_sentence_for_everything_that_a_role_may_not() -> None:
    sentence = STAFF[Code.ROLE_MAY_NOT]
    assert isinstance(sentence, ByFact)
    assert set(sentence.texts) == set(Can)


def test_money_is_written_as_the_location_writes_it() -> None:
    error = Invalid(Code.BELOW_MINIMUM, amount=Money(200, "MYR"), locale="en_MY")
    assert error_text(error).startswith(f"Online payment starts at {Money(200, 'MYR').format('en_MY')}. ")
