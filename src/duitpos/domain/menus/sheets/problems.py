"""What can be wrong with a menu file: as a whole, or in one of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from duitpos.domain.errors import Code, Invalid


class FileProblem(StrEnum):
    """Why a file is refused as a whole."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NO_TABLE = "no_table"
    OLD_EXCEL = "old_excel"  # also a password: Excel writes both in the same container
    ENCRYPTED = "encrypted"
    OPEN_DOCUMENT = "open_document"
    BINARY_WORKBOOK = "binary_workbook"
    NO_WORKBOOK = "no_workbook"
    UNPACKS_TOO_LARGE = "unpacks_too_large"
    TOO_MANY_PARTS = "too_many_parts"
    DAMAGED = "damaged"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_MUCH_TEXT = "too_much_text"
    QUOTE_OPEN = "quote_open"
    NO_HEADER = "no_header"
    NO_ROWS = "no_rows"


class RowProblem(StrEnum):
    """What is wrong with a cell, a row or a column's heading."""

    COLUMN_TWICE = "column_twice"
    LOCATION_UNKNOWN = "location_unknown"
    LANGUAGE_UNKNOWN = "language_unknown"
    OWN_LANGUAGE = "own_language"
    TYPE_UNKNOWN = "type_unknown"
    NOT_FOR_TYPE = "not_for_type"
    ID_MALFORMED = "id_malformed"
    ID_UNKNOWN = "id_unknown"
    SAME_ROW = "same_row"
    NAME_MISSING = "name_missing"
    NAME_AMBIGUOUS = "name_ambiguous"
    CELL_TOO_LONG = "cell_too_long"
    TEXT_TOO_LONG = "text_too_long"
    SECTION_MISSING = "section_missing"
    REFERENCE_UNKNOWN = "reference_unknown"
    REFERENCE_AMBIGUOUS = "reference_ambiguous"
    GROUP_MISSING = "group_missing"
    GROUP_TWICE = "group_twice"
    PRICE_MISSING = "price_missing"
    PRICE_UNREADABLE = "price_unreadable"
    PRICE_NEGATIVE = "price_negative"
    PRICE_TOO_HIGH = "price_too_high"
    PRICE_DECIMALS = "price_decimals"
    CURRENCY_UNKNOWN = "currency_unknown"
    CURRENCY_FIXED = "currency_fixed"
    TAX_UNKNOWN = "tax_unknown"
    DAYS_UNREADABLE = "days_unreadable"
    TIME_UNREADABLE = "time_unreadable"
    YES_OR_NO = "yes_or_no"
    NUMBER_UNREADABLE = "number_unreadable"
    TOO_MANY_WORDS = "too_many_words"
    MAX_BELOW_MIN = "max_below_min"
    DEFAULT_COSTS = "default_costs"
    TOO_MANY_DEFAULTS = "too_many_defaults"
    TOO_FEW_CHOICES = "too_few_choices"
    MADE_A_DATE = "made_a_date"
    MADE_A_NUMBER = "made_a_number"
    FORMULA_FAILED = "formula_failed"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file. `row` is the spreadsheet's row number, from 1; `column` is a heading, or empty."""

    row: int
    column: str
    code: RowProblem
    facts: Mapping[str, object]


class BadCell(ValueError):
    """A cell's text has no value of its column."""

    def __init__(self, code: RowProblem, /, **facts: object) -> None:
        super().__init__(code.value)
        self.code = code
        self.facts = facts


def refused(problem: FileProblem) -> Invalid:
    """The error for a file that is refused as a whole."""
    return Invalid(Code.MENU_FILE_REFUSED, problem=problem.value)
