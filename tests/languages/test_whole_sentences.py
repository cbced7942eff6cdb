"""No code joins a sentence from parts: translators must see all of it, and may reorder it."""

from __future__ import annotations

import pytest

from scripts.messages import SOURCE
from tests.languages.pieces import pieces_of_python, pieces_of_template

pytestmark = pytest.mark.pure


def test_no_module_joins_a_sentence() -> None:
    found = {
        path.relative_to(SOURCE).as_posix(): pieces
        for path in sorted(SOURCE.rglob("*.py"))
        if (pieces := list(pieces_of_python(path.read_text(encoding="utf-8"))))
    }
    assert found == {}


def test_no_template_joins_a_sentence() -> None:
    found = {
        path.relative_to(SOURCE).as_posix(): pieces
        for path in sorted(SOURCE.rglob("*"))
        if path.suffix in (".html", ".txt") and (pieces := list(pieces_of_template(path.read_text("utf-8"))))
    }
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        '_("Order") + " " + number',
        'text = _("Paid")\n    text += " " + _("in full")',
        "f\"{_('Paid')}: {amount}\"",
        'word = _("ready") if done else ""\n    return f"{word} {number}"',
        '_("Goes back %(where)s.") % {"where": _("to the card")}',
        '_("Goes back %(where)s.") % {"where": card or _("the way it was paid")}',
        '_(" and ").join(charges)',
        '", ".join(_(one) for one in names)',
        'gettext("Paid ")',
    ],
)
def test_a_joined_sentence_is_found_in_a_module(source: str) -> None:
    assert list(pieces_of_python(f"def words():\n    {source}\n"))


@pytest.mark.parametrize(
    "source",
    [
        '_("Paid %(amount)s") % {"amount": amount}',
        '[_("One"), *others] + [_("Two")]',
        '", ".join(names)',
        'f"{name} {number}"',
        'raise Gone(_("There is no such order."))',
    ],
)
def test_a_whole_sentence_is_accepted_in_a_module(source: str) -> None:
    assert list(pieces_of_python(f"def words():\n    {source}\n")) == []


@pytest.mark.parametrize(
    "source",
    [
        '<p>{% translate "Contains" %} {{ list }}</p>',
        '<p>{{ minutes }} {% translate "min" %}</p>',
        '<p>Table {% translate "and" %} chair</p>',
        '<p>{% translate "Belongs to" %} <b>{{ owner }}</b></p>',
        '<p>{% translate "Paid" %} {% translate "in full" %}</p>',
        "<button aria-label=\"{% translate 'One step back' %} {{ number }}\">",
        "<p>{% blocktranslate %}Pay {{ amount }}{% endblocktranslate %} {{ now }}</p>",
    ],
)
def test_a_joined_sentence_is_found_in_a_template(source: str) -> None:
    assert list(pieces_of_template(source))


@pytest.mark.parametrize(
    "source",
    [
        '<title>{% translate "Your order" %} · {{ tenant.name }}</title>',
        '<dt>{% translate "Paid" %}</dt><dd>{{ at }}</dd>',
        '<p><span aria-hidden="true">!</span> {% translate "It is kept." %}</p>',
        "<p>{% blocktranslate %}Pay {{ amount }}{% endblocktranslate %}</p>",
        '<p>{% translate "link" as what %}<a href="">{% translate "Open" %}</a></p>',
        '{% if one %}{% translate "One" %}{% else %}{% translate "Many" %}{% endif %}',
        '<p>{% translate "Nothing here yet." %} <a href="">{% translate "Add one" %}</a></p>',
    ],
)
def test_a_whole_sentence_is_accepted_in_a_template(source: str) -> None:
    assert list(pieces_of_template(source)) == []
