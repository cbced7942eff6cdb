"""What an import does to the menu, and what is wrong in the rows of its file."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from duitpos.domain.menus.sheets.columns import RowType
from duitpos.domain.menus.sheets.edits import Effect
from duitpos.domain.menus.sheets.problems import Problem, RowProblem
from duitpos.domain.menus.sheets.samples import Sample
from duitpos.ui.words import Meaning, Shown
from duitpos.web.sentences import ByFact, Sentence, Text, say

EFFECTS: Mapping[Effect, Shown] = {
    Effect.NEW: Shown(Meaning.OK, _("New")),
    Effect.CHANGED: Shown(Meaning.ALERT, _("Changed")),
    Effect.ARCHIVED: Shown(Meaning.WAITING, _("Archived")),
    Effect.BROUGHT_BACK: Shown(Meaning.OK, _("Brought back")),
    Effect.UNCHANGED: Shown(Meaning.QUIET, _("Unchanged")),
}

TYPES: Mapping[RowType, Text] = {
    RowType.SECTION: _("Section"),
    RowType.ITEM: _("Dish"),
    RowType.GROUP: _("Modifier group"),
    RowType.CHOICE: _("Modifier"),
}

SAMPLES: Mapping[Sample, tuple[Text, Text]] = {
    Sample.CAFE: (_("Café"), _("Breakfast until 11:30, mains, coffee with milk to choose, cakes.")),
    Sample.MAMAK: (
        _("Mamak"),
        _("Roti with a choice of curry, rice, noodles by how spicy, hot or iced drinks."),
    ),
    Sample.BAKERY: (_("Bakery"), _("Bread by slice, buns, pastries, whole cakes with candles and card.")),
}

ROW_PROBLEMS: Mapping[RowProblem, Sentence] = {
    RowProblem.COLUMN_TWICE: _("There are two columns with this heading. Remove one."),
    RowProblem.LOCATION_UNKNOWN: _(
        "There is no location “%(typed)s”. Write the location's short name, as in its addresses."
    ),
    RowProblem.LANGUAGE_UNKNOWN: _("“%(typed)s” is no language of the menu. Use one of: %(languages)s."),
    RowProblem.OWN_LANGUAGE: _(
        "This is the language that the menu is written in. Its texts are in the column “%(plain)s”."
    ),
    RowProblem.TYPE_UNKNOWN: _(
        "“%(typed)s” is no type. Write section, item, group or choice, or leave it empty for an item."
    ),
    RowProblem.NOT_FOR_TYPE: ByFact(
        "what",
        {
            RowType.SECTION: _("A section has nothing in this column. Leave it empty."),
            RowType.ITEM: _("An item has nothing in this column. Leave it empty."),
            RowType.GROUP: _("A group has nothing in this column. Leave it empty."),
            RowType.CHOICE: _("A choice has nothing in this column. Leave it empty."),
        },
    ),
    RowProblem.ID_MALFORMED: _("“%(typed)s” is no id. Copy it from an export, or leave it empty."),
    RowProblem.ID_UNKNOWN: ByFact(
        "what",
        {
            RowType.SECTION: _("Your menu has no section with this id. Leave it empty to add one."),
            RowType.ITEM: _("Your menu has no item with this id. Leave it empty to add one."),
            RowType.GROUP: _("Your menu has no group with this id. Leave it empty to add one."),
            RowType.CHOICE: _("Your menu has no choice with this id. Leave it empty to add one."),
        },
    ),
    RowProblem.SAME_ROW: _("Row %(other)s is the same one. Remove one of them."),
    RowProblem.NAME_MISSING: _("Write a name."),
    RowProblem.NAME_AMBIGUOUS: _(
        "The menu has %(count)s of this name. Export the menu, and use the id of the one that is meant."
    ),
    RowProblem.CELL_TOO_LONG: _("This cell has more than %(most)s characters. Shorten it."),
    RowProblem.TEXT_TOO_LONG: _("Shorten it to %(most)s characters; it has %(length)s."),
    RowProblem.SECTION_MISSING: _("Write the section that it is in."),
    RowProblem.REFERENCE_UNKNOWN: ByFact(
        "what",
        {
            RowType.SECTION: _(
                "Your menu has no section “%(named)s”. Write its name, or copy it from an export."
            ),
            RowType.GROUP: _("There is no group “%(named)s”. Add a row of type group with this name."),
        },
    ),
    RowProblem.REFERENCE_AMBIGUOUS: ByFact(
        "what",
        {
            RowType.SECTION: _(
                "There are several sections “%(named)s”. Write the id of the one that is meant in [ ]."
            ),
            RowType.GROUP: _(
                "There are several groups “%(named)s”. Write the id of the one that is meant in [ ]."
            ),
        },
    ),
    RowProblem.GROUP_MISSING: _("Write the one group that this choice belongs to."),
    RowProblem.GROUP_TWICE: _("A group is there twice. Remove one of them."),
    RowProblem.PRICE_MISSING: _("Write a price, such as 12.50; 0 if it is free."),
    RowProblem.PRICE_UNREADABLE: _("This is no amount in %(currency)s. Write it as 12.50."),
    RowProblem.PRICE_NEGATIVE: _("A price cannot be below 0. Write 0 or more."),
    RowProblem.PRICE_TOO_HIGH: _("This is above the highest price, %(most)s. Check the decimal point."),
    RowProblem.PRICE_DECIMALS: _("%(currency)s has %(places)s decimals. Round the price."),
    RowProblem.CURRENCY_UNKNOWN: _("None of your locations takes “%(typed)s”. Write a location's currency."),
    RowProblem.CURRENCY_FIXED: _(
        "A dish stays in %(currency)s. Archive it, and add another one without an id."
    ),
    RowProblem.TAX_UNKNOWN: _("“%(typed)s” is no tax class. Write standard, reduced or none."),
    RowProblem.DAYS_UNREADABLE: _(
        "“%(typed)s” are no days. Write them as Mon-Fri or Sat, Sun; empty for every day."
    ),
    RowProblem.TIME_UNREADABLE: _("“%(typed)s” is no time of day. Write it as 07:30."),
    RowProblem.YES_OR_NO: _("“%(typed)s” is neither yes nor no. Write yes or no."),
    RowProblem.NUMBER_UNREADABLE: _("“%(typed)s” is no whole number from 0 to %(most)s."),
    RowProblem.TOO_MANY_WORDS: _(
        "Write at most %(most)s words of at most %(longest)s characters, separated by ;."
    ),
    RowProblem.MAX_BELOW_MIN: _("The most that a guest can take must be %(least)s or more. Raise max."),
    RowProblem.DEFAULT_COSTS: _(
        "What is chosen at first cannot add to the price. Write no, or a price of 0."
    ),
    RowProblem.TOO_MANY_DEFAULTS: _("More is chosen at first than the %(most)s that a guest can take."),
    RowProblem.TOO_FEW_CHOICES: _(
        "Guests must take %(least)s, and there are %(count)s choices. Lower min, or add some."
    ),
    RowProblem.MADE_A_DATE: _(
        "The spreadsheet made a date of this. Format the column as text, and type it again."
    ),
    RowProblem.MADE_A_NUMBER: _(
        "The spreadsheet made a number of this name, and zeros at its beginning are lost."
        " Format the column as text, and type it again."
    ),
    RowProblem.FORMULA_FAILED: _("The formula in this cell has no result. Write the value itself."),
}


def row_problem_text(problem: Problem) -> str:
    """What is wrong in a cell, and what to do."""
    return say(ROW_PROBLEMS[problem.code], problem.facts)
