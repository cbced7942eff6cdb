"""Why a menu file is refused as a whole."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from duitpos.domain.menus.sheets.problems import FileProblem
from duitpos.web.sentences import ByFact

FILE_REFUSED = ByFact(
    "problem",
    {
        FileProblem.EMPTY: _("This file is empty. Choose the file with the menu."),
        FileProblem.TOO_LARGE: _(
            "This file is larger than 5 MB. Remove pictures and other sheets from it, or import it in parts."
        ),
        FileProblem.NO_TABLE: _(
            "This is no table that can be read. Save the menu as CSV UTF-8 or as an Excel workbook (.xlsx)."
        ),
        FileProblem.OLD_EXCEL: _(
            "This workbook has a password or is from an old Excel."
            " Remove the password, and save it as an Excel workbook (.xlsx)."
        ),
        FileProblem.ENCRYPTED: _("This file has a password. Save it without one."),
        FileProblem.OPEN_DOCUMENT: _(
            "This is an OpenDocument file. Save it as an Excel workbook (.xlsx) or as CSV."
        ),
        FileProblem.BINARY_WORKBOOK: _(
            "This is a binary workbook (.xlsb). Save it as an Excel workbook (.xlsx)."
        ),
        FileProblem.NO_WORKBOOK: _(
            "There is no Excel workbook in this file. Save the menu as an Excel workbook (.xlsx) or as CSV."
        ),
        FileProblem.UNPACKS_TOO_LARGE: _(
            "Unpacked, this workbook is larger than 64 MB, so it was not opened."
            " Copy the menu into a new workbook, and save that."
        ),
        FileProblem.TOO_MANY_PARTS: _(
            "This workbook has too many parts, or two with the same name, so it was not opened."
            " Copy the menu into a new workbook, and save that."
        ),
        FileProblem.DAMAGED: _(
            "This workbook is damaged and cannot be read. Open it in a spreadsheet program, and save it again."
        ),
        FileProblem.TOO_MANY_ROWS: _(
            "This file has more than 10,000 rows. Remove rows that are not of the menu, or import it in parts."
        ),
        FileProblem.TOO_MANY_COLUMNS: _(
            "This file has cells to the right of column 200. Remove columns that are not of the menu."
        ),
        FileProblem.TOO_MUCH_TEXT: _(
            "This file has more cells or text than a menu can have. Copy the menu into a new file, and import that."
        ),
        FileProblem.QUOTE_OPEN: _(
            "A quotation mark in this file is not closed, or there is text after one that closes."
            " Save the file again from a spreadsheet program."
        ),
        FileProblem.NO_HEADER: _(
            "The first row must say what is in the columns, and one of them must be “name”:"
            " for example section, name, price."
        ),
        FileProblem.NO_ROWS: _("This file has headings and no rows. Add a row for each dish."),
    },
)
