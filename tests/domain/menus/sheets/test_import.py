"""What an import does to a menu, what it says is wrong in a file, and what it never touches."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from duitpos.domain.errors import Code, Conflict, Forbidden
from duitpos.domain.menus.read import menu_of
from duitpos.domain.menus.sheets.apply import apply_import, preview_import
from duitpos.domain.menus.sheets.edits import Effect, Plan
from duitpos.domain.menus.sheets.problems import RowProblem
from duitpos.domain.menus.sheets.read import MAX_CELL
from duitpos.domain.menus.sheets.state import menu_state
from duitpos.domain.menus.sheets.write import FileKind, export_menu
from duitpos.models import (
    ItemPrice,
    Location,
    MenuItem,
    MenuSection,
    MenuText,
    Modifier,
    ModifierGroup,
)
from duitpos.models.people import Role
from tests.domain.menus.sheets.files import a_date, a_failed_formula, csv_file, workbook
from tests.support.at_once import at_once
from tests.support.restaurant import (
    Restaurant,
    a_group,
    a_location,
    a_member,
    a_restaurant,
    an_item,
)

pytestmark = pytest.mark.django_db

MANY = "; ".join(map(str, range(31)))
HEAD = "type,id,section,name,price,marks,tax,days,from,until,groups,min,max,default,archived"


@pytest.fixture
def restaurant() -> Restaurant:
    return a_restaurant()


def import_file(restaurant: Restaurant, *lines: str) -> Plan:
    """Import a CSV file that has no problems."""
    data = csv_file(*lines)
    plan = preview_import(restaurant.owner, data)
    assert plan.problems == []
    return apply_import(restaurant.owner, data, plan.state.stamp())


def items(restaurant: Restaurant) -> dict[str, int]:
    return dict(
        MenuItem.objects.filter(tenant=restaurant.tenant, archived_at=None).values_list("name", "price_minor")
    )


def test_three_columns_are_enough(restaurant: Restaurant) -> None:
    plan = import_file(
        restaurant, "section,name,price", "Drinks,Kopi,2.50", "Drinks,Teh,RM 2.20", 'Food,Roti canai,"1,80"'
    )
    assert plan.count(Effect.NEW) == 5
    menu = menu_of(restaurant.tenant, Location.objects.get(tenant=restaurant.tenant))
    shown = [
        (section.name, [(item.name, item.price_minor) for item in section.items]) for section in menu.sections
    ]
    assert shown == [("Drinks", [("Kopi", 250), ("Teh", 220)]), ("Food", [("Roti canai", 180)])]


def test_the_same_file_again_changes_nothing(restaurant: Restaurant) -> None:
    lines = ("section,name,price", "Drinks,Kopi,2.50", "drinks,TEH,2.20")
    import_file(restaurant, *lines)
    before = menu_state(restaurant.tenant)
    again = import_file(restaurant, *lines)
    assert again.changed == []
    assert again.count(Effect.UNCHANGED) == 2
    assert menu_state(restaurant.tenant).locations[0].menu_version == before.locations[0].menu_version


def test_rows_that_the_file_does_not_have_stay(restaurant: Restaurant) -> None:
    import_file(restaurant, "section,name,price", "Drinks,Kopi,2.50", "Drinks,Teh,2.20")
    import_file(restaurant, "section,name,price", "Drinks,Kopi,3")
    assert items(restaurant) == {"Kopi": 300, "Teh": 220}


def test_groups_choices_texts_and_prices_of_locations(restaurant: Restaurant) -> None:
    site = a_location(restaurant.tenant, "ipoh")
    import_file(
        restaurant,
        f"{HEAD},price: ipoh,name: ms",
        "group,,,Milk,,,,,,,,1,2,,,,Susu",
        "choice,,,Fresh,0,,,,,,Milk,,,yes,,,",
        "choice,,,Oat,-0.50,,,,,,milk,,,,,,Oat",
        "section,,Any,Drinks,,,,Mon-Fri,7:00,11:30,,,,,,,".replace("Any", ""),
        "item,,Drinks,Kopi,2.50,Halal; No pork,reduced,,,,Milk,,,,,2.80,Kopi panas",
    )
    (item,) = MenuItem.objects.filter(tenant=restaurant.tenant)
    assert (item.marks, item.tax_class) == (["halal", "No pork"], "reduced")
    assert item.section.days == 31
    assert ItemPrice.objects.get(tenant=restaurant.tenant, location=site).price_minor == 280
    (group,) = menu_of(restaurant.tenant, restaurant.location, "ms").sections[0].items[0].groups
    assert (group.min_choices, group.max_choices, group.guest_name) == (1, 2, "Susu")
    assert [(one.name, one.price_delta_minor, one.is_default) for one in group.choices] == [
        ("Fresh", 0, True),
        ("Oat", -50, False),
    ]
    # An empty cell of a column that the file has removes what was there.
    import_file(restaurant, "section,name,price,price: ipoh,groups,name: ms", "Drinks,Kopi,2.50,,,")
    assert not ItemPrice.objects.filter(tenant=restaurant.tenant).exists()
    assert menu_of(restaurant.tenant, restaurant.location, "ms").sections[0].items[0].groups == ()
    assert MenuText.objects.get(tenant=restaurant.tenant, kind="item").name == ""


def test_archived_and_brought_back(restaurant: Restaurant) -> None:
    import_file(restaurant, "section,name,price", "Drinks,Kopi,2.50")
    row = str(MenuItem.objects.get(tenant=restaurant.tenant).id)
    plan = import_file(restaurant, "section,name,price,archived", "Drinks,Kopi,2.50,yes")
    assert plan.count(Effect.ARCHIVED) == 1
    assert items(restaurant) == {}
    plan = import_file(restaurant, "id,section,name,price,archived", f"{row},Drinks,Kopi,2.50,")
    assert plan.count(Effect.BROUGHT_BACK) == 1
    assert items(restaurant) == {"Kopi": 250}


def test_a_renamed_section_and_a_dish_that_moves(restaurant: Restaurant) -> None:
    import_file(restaurant, "section,name,price", "Drinks,Kopi,2.50", "Food,Roti,1.50")
    rows = {row.name: row for row in MenuSection.objects.filter(tenant=restaurant.tenant)}
    item = MenuItem.objects.get(tenant=restaurant.tenant, name="Roti")
    import_file(
        restaurant,
        "type,id,section,name,price",
        f"section,{rows['Drinks'].id},,Coffee,",
        f"item,{item.id},Drinks,Roti,1.50",
    )
    item.refresh_from_db()
    assert item.section.name == "Coffee"
    assert MenuSection.objects.filter(tenant=restaurant.tenant).count() == 2


ROWS: dict[str, tuple[str, str, RowProblem]] = {
    "an unknown type": ("dish,,Drinks,Kopi,1,,,,,,,,,,", "type", RowProblem.TYPE_UNKNOWN),
    "min on an item": ("item,,Drinks,Kopi,1,,,,,,,1,,,", "min", RowProblem.NOT_FOR_TYPE),
    "no id at all": ("item,7,Drinks,Kopi,1,,,,,,,,,,", "id", RowProblem.ID_MALFORMED),
    "an id of nobody": (f"item,{uuid4()},Drinks,Kopi,1,,,,,,,,,,", "id", RowProblem.ID_UNKNOWN),
    "no name": ("item,,Drinks,,1,,,,,,,,,,", "name", RowProblem.NAME_MISSING),
    "no section": ("item,,,Kopi,1,,,,,,,,,,", "section", RowProblem.SECTION_MISSING),
    "a long name": (f"item,,Drinks,{'x' * 121},1,,,,,,,,,,", "name", RowProblem.TEXT_TOO_LONG),
    "a long section": (f"item,,{'x' * 81},Kopi,1,,,,,,,,,,", "section", RowProblem.TEXT_TOO_LONG),
    "a huge cell": (f"item,,Drinks,{'x' * (MAX_CELL + 1)},1,,,,,,,,,,", "name", RowProblem.CELL_TOO_LONG),
    "a name that became a date": ("item,,Drinks,1-May,1,,,,,,,,,,", "name", RowProblem.MADE_A_DATE),
    "a name that became a number": ("item,,Drinks,1.2E+11,1,,,,,,,,,,", "name", RowProblem.MADE_A_NUMBER),
    "no price": ("item,,Drinks,Kopi,,,,,,,,,,,", "price", RowProblem.PRICE_MISSING),
    "a price in words": ("item,,Drinks,Kopi,ask us,,,,,,,,,,", "price", RowProblem.PRICE_UNREADABLE),
    "a price in another currency": ("item,,Drinks,Kopi,SGD 3,,,,,,,,,,", "price", RowProblem.PRICE_UNREADABLE),
    "a negative price": ("item,,Drinks,Kopi,-1,,,,,,,,,,", "price", RowProblem.PRICE_NEGATIVE),
    "half a sen": ("item,,Drinks,Kopi,1.005,,,,,,,,,,", "price", RowProblem.PRICE_DECIMALS),
    "a huge price": ("item,,Drinks,Kopi,99999999999,,,,,,,,,,", "price", RowProblem.PRICE_TOO_HIGH),
    "a formula as price": ("item,,Drinks,Kopi,=1+1,,,,,,,,,,", "price", RowProblem.PRICE_UNREADABLE),
    "many marks": (f"item,,Drinks,Kopi,1,{MANY},,,,,,,,,", "marks", RowProblem.TOO_MANY_WORDS),
    "an unknown tax class": ("item,,Drinks,Kopi,1,,6%,,,,,,,,", "tax", RowProblem.TAX_UNKNOWN),
    "unknown days": ("item,,Drinks,Kopi,1,,,weekend,,,,,,,", "days", RowProblem.DAYS_UNREADABLE),
    "an impossible time": ("item,,Drinks,Kopi,1,,,,25:00,,,,,,", "from", RowProblem.TIME_UNREADABLE),
    "an unknown group": ("item,,Drinks,Kopi,1,,,,,,Milk,,,,", "groups", RowProblem.REFERENCE_UNKNOWN),
    "neither yes nor no": ("item,,Drinks,Kopi,1,,,,,,,,,,maybe", "archived", RowProblem.YES_OR_NO),
    "an id of no section": (f"item,,[{uuid4()}],Kopi,1,,,,,,,,,,", "section", RowProblem.REFERENCE_UNKNOWN),
    "a choice without a group": ("choice,,,Oat,1,,,,,,,,,,", "groups", RowProblem.GROUP_MISSING),
    "a group with no number": ("group,,,Sauce,,,,,,,,one,1,,", "min", RowProblem.NUMBER_UNREADABLE),
    "10,000 choices at once": ("group,,,Sauce,,,,,,,,0,10000,,", "max", RowProblem.NUMBER_UNREADABLE),
    "more at least than at most": ("group,,,Sauce,,,,,,,,2,1,,", "max", RowProblem.MAX_BELOW_MIN),
    "a group that nobody can satisfy": ("group,,,Sauce,,,,,,,,1,1,,", "min", RowProblem.TOO_FEW_CHOICES),
    "a default that costs": ("choice,,,Small,2,,,,,,Size,,,yes,", "default", RowProblem.DEFAULT_COSTS),
    "two defaults of one": ("choice,,,Large,0,,,,,,Size,,,yes,", "default", RowProblem.TOO_MANY_DEFAULTS),
    "the same group twice": ("item,,Drinks,Kopi,1,,,,,,Size; size,,,,", "groups", RowProblem.GROUP_TWICE),
    "a dish that is there twice": ("item,,Twice,Mee,1,,,,,,,,,,", "name", RowProblem.NAME_AMBIGUOUS),
    "a section that is there twice": ("item,,Same,Mee,1,,,,,,,,,,", "section", RowProblem.REFERENCE_AMBIGUOUS),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_a_bad_row_says_which_cell_and_changes_nothing(restaurant: Restaurant, name: str) -> None:
    line, column, code = ROWS[name]
    tenant = restaurant.tenant
    item = an_item(tenant, "Burger", section=MenuSection.objects.create(tenant=tenant, name="Same"))
    MenuSection.objects.create(tenant=tenant, name="Same")
    twice = MenuSection.objects.create(tenant=tenant, name="Twice")
    for _ in range(2):
        an_item(tenant, "Mee", section=twice)
    choices = a_group(item, ("Small", 0))
    ModifierGroup.objects.filter(tenant=tenant).update(name="Size")
    Modifier.objects.filter(tenant=tenant, id=choices["Small"]).update(is_default=True)
    data = csv_file(HEAD, "item,,Drinks,Teh,2,,,,,,,,,,", line)
    plan = preview_import(restaurant.owner, data)
    assert [(one.row, one.column, one.code) for one in plan.problems] == [(3, column, code)]
    with pytest.raises(Conflict):
        apply_import(restaurant.owner, data, plan.state.stamp())
    assert "Teh" not in items(restaurant)


@pytest.mark.parametrize(
    "heading, code",
    [
        ("price", RowProblem.COLUMN_TWICE),
        ("price: moon", RowProblem.LOCATION_UNKNOWN),
        ("name: klingon", RowProblem.LANGUAGE_UNKNOWN),
        ("description: en", RowProblem.OWN_LANGUAGE),
    ],
)
def test_a_bad_heading_is_a_problem_of_its_row(
    restaurant: Restaurant, heading: str, code: RowProblem
) -> None:
    plan = preview_import(restaurant.owner, csv_file(f"section,name,price,{heading}", "Drinks,Kopi,1,1"))
    assert [(one.row, one.column, one.code) for one in plan.problems] == [(1, heading, code)]


def test_other_headings_are_named_and_not_read(restaurant: Restaurant) -> None:
    plan = preview_import(restaurant.owner, csv_file("section,name,price,Cost,pirce", "Drinks,Kopi,1,9,8"))
    assert plan.table.ignored == ("Cost", "pirce")
    assert plan.problems == []


def test_two_rows_of_one_dish_are_one_too_many(restaurant: Restaurant) -> None:
    plan = preview_import(
        restaurant.owner, csv_file("section,name,price", "Drinks,Kopi,1", "Drinks, kopi ,2")
    )
    assert [(one.row, one.code, one.facts) for one in plan.problems] == [
        (3, RowProblem.SAME_ROW, {"other": 2})
    ]


def test_what_a_spreadsheet_makes_of_cells(restaurant: Restaurant) -> None:
    data = workbook(
        ["section", "name", "price", "from"],
        ["Drinks", a_date, 1, ""],
        ["Drinks", 7, 1, ""],
        ["Drinks", "Kopi", a_failed_formula, ""],
        ["Drinks", "Teh", a_date, ""],
        ["Drinks", "Milo", 2.4999999999999996, 0.3125],
    )
    plan = preview_import(restaurant.owner, data)
    assert [(one.row, one.column, one.code) for one in plan.problems] == [
        (2, "name", RowProblem.MADE_A_DATE),
        (3, "name", RowProblem.MADE_A_NUMBER),
        (4, "price", RowProblem.FORMULA_FAILED),
        (5, "price", RowProblem.MADE_A_DATE),
    ]
    (milo,) = [edit for edit in plan.edits if edit.name == "Milo"]
    assert (milo.values["price_minor"], str(milo.values["served_from"])) == (250, "07:30:00")


def test_every_problem_of_a_row_is_provoked_here() -> None:
    elsewhere = {
        RowProblem.SAME_ROW,
        RowProblem.FORMULA_FAILED,
        RowProblem.CURRENCY_FIXED,
        RowProblem.CURRENCY_UNKNOWN,
    }
    headings = {
        RowProblem.COLUMN_TWICE,
        RowProblem.LOCATION_UNKNOWN,
        RowProblem.LANGUAGE_UNKNOWN,
        RowProblem.OWN_LANGUAGE,
    }
    assert {code for _, _, code in ROWS.values()} | elsewhere | headings == set(RowProblem)


def test_currencies_of_locations(restaurant: Restaurant) -> None:
    a_location(restaurant.tenant, "tokyo", currency="JPY")
    import_file(restaurant, "section,name,price,currency", "Drinks,Kopi,2.50,", "Drinks,Sake,800,jpy")
    assert items(restaurant) == {"Kopi": 250, "Sake": 800}
    plan = preview_import(
        restaurant.owner, csv_file("section,name,price,currency", "Drinks,Sake,8.00,MYR", "Drinks,Ale,8,EUR")
    )
    assert [(one.row, one.column, one.code) for one in plan.problems] == [
        (2, "currency", RowProblem.CURRENCY_FIXED),
        (3, "currency", RowProblem.CURRENCY_UNKNOWN),
    ]


@pytest.mark.parametrize("what", ["section", "item", "group", "choice"])
def test_ids_of_another_restaurant_are_ids_of_nobody(restaurant: Restaurant, what: str) -> None:
    """The answer is that for an id that does not exist, and nothing of the other restaurant changes."""
    other = a_restaurant("teh")
    item = an_item(other.tenant, "Secret dish", 990)
    (choice_id,) = a_group(item, ("Secret choice", 0)).values()
    choice = Modifier.objects.get(tenant=other.tenant, id=choice_id)
    ids = {"section": item.section_id, "item": item.id, "group": choice.group_id, "choice": choice_id}
    before = menu_state(other.tenant).stamp()

    def problems(row_id: object, section: object) -> list[Any]:
        line = {
            "section": f"section,{row_id},,Mine,,,,,,,,,,,",
            "item": f"item,{row_id},Drinks,Mine,1,,,,,,,,,,",
            "group": f"group,{row_id},,Mine,,,,,,,,0,1,,",
            "choice": f"choice,{row_id},,Mine,0,,,,,,Mine,,,,",
        }[what]
        lines = [HEAD, line, "group,,,Mine,,,,,,,,0,1,,", f"item,,[{section}],Kopi,1,,,,,,,,,,"]
        found = preview_import(restaurant.owner, csv_file(*lines)).problems
        return [
            (one.row, one.column, one.code, {k: v for k, v in one.facts.items() if k != "named"})
            for one in found
        ]

    theirs = problems(ids[what], item.section_id)
    assert theirs == problems(uuid4(), uuid4())
    assert RowProblem.ID_UNKNOWN in [code for _, _, code, _ in theirs]
    assert "Secret" not in repr(theirs)
    assert menu_state(other.tenant).stamp() == before


def test_a_menu_that_changed_since_the_preview_is_not_overwritten(restaurant: Restaurant) -> None:
    item = an_item(restaurant.tenant, "Kopi", 250)
    data = export_menu(restaurant.owner, FileKind.CSV).replace(b"2.50", b"2.60")
    seen = preview_import(restaurant.owner, data).state.stamp()
    MenuItem.objects.filter(tenant=restaurant.tenant, id=item.id).update(price_minor=300, version=2)
    with pytest.raises(Conflict) as caught:
        apply_import(restaurant.owner, data, seen)
    assert caught.value.code == Code.MENU_CHANGED_MEANWHILE
    assert items(restaurant) == {"Kopi": 300}
    plan = preview_import(restaurant.owner, data)
    apply_import(restaurant.owner, data, plan.state.stamp())
    item.refresh_from_db()
    assert (item.price_minor, item.version) == (260, 3)


def test_an_import_raises_versions_of_what_it_changes_only(restaurant: Restaurant) -> None:
    kopi, teh = an_item(restaurant.tenant, "Kopi", 250), an_item(restaurant.tenant, "Teh", 220)
    (choice_id,) = a_group(kopi, ("Iced", 50)).values()
    data = export_menu(restaurant.owner, FileKind.CSV).replace(b"0.50", b"0.60")
    plan = preview_import(restaurant.owner, data)
    apply_import(restaurant.owner, data, plan.state.stamp())
    choice = Modifier.objects.get(tenant=restaurant.tenant, id=choice_id)
    assert (choice.price_delta_minor, choice.group.version) == (60, 2)
    for row in (kopi, teh):
        row.refresh_from_db()
        assert row.version == 1
    assert Location.objects.get(tenant=restaurant.tenant).menu_version == restaurant.location.menu_version + 1


@pytest.mark.parametrize(
    "role, may", [(Role.OWNER, True), (Role.MANAGER, True), (Role.CASHIER, False), (Role.KITCHEN, False)]
)
def test_roles(restaurant: Restaurant, role: str, may: bool) -> None:
    member = a_member(restaurant.tenant, role, "another@kopi.example")
    data = csv_file("section,name,price", "Drinks,Kopi,1")

    def attempts() -> Mapping[str, Any]:
        return {
            "preview": lambda: preview_import(member, data),
            "apply": lambda: apply_import(member, data, menu_state(member.tenant).stamp()),
            "export": lambda: export_menu(member, FileKind.CSV),
        }

    for attempt in attempts().values():
        if may:
            attempt()
        else:
            with pytest.raises(Forbidden):
                attempt()


FORMULAS = ["=1+1", "+1", "-1 Kopi", "@SUM(1)", "\uff1dcmd", "'=1"]


@pytest.mark.parametrize("kind", FileKind)
def test_no_cell_of_an_export_is_a_formula(restaurant: Restaurant, kind: FileKind) -> None:
    section = MenuSection.objects.create(tenant=restaurant.tenant, name="=HYPERLINK(1)")
    for name in FORMULAS:
        an_item(restaurant.tenant, name, section=section)
    data = export_menu(restaurant.owner, kind)
    if kind == FileKind.CSV:
        cells = [cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row]
        assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d"))] == []
        assert "'=HYPERLINK(1)" in cells
    else:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            xml = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in xml
        assert "HYPERLINK(1)" in xml
    assert preview_import(restaurant.owner, data).changed == []


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_one_file_applied_by_two_at_once_is_applied_once() -> None:
    restaurant = a_restaurant()
    data = csv_file("section,name,price", *(f"Drinks,Kopi {number},1" for number in range(30)))
    seen = preview_import(restaurant.owner, data).state.stamp()

    def outcome() -> str:
        try:
            apply_import(restaurant.owner, data, seen)
        except Conflict as error:
            return error.code.value
        return "applied"

    assert sorted(at_once([outcome] * 2)) == ["applied", "menu_changed_meanwhile"]
    assert MenuItem.objects.filter(tenant=restaurant.tenant).count() == 30
