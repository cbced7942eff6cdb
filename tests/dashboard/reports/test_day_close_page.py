"""The pages of day closes: what is open, the form, the sheet and its PDF."""

from __future__ import annotations

import html
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from duitpos.models import DayClose, Location, Order
from tests.dashboard.client import Dashboard
from tests.support.books import Books, books_of
from tests.support.restaurant import a_location
from tests.support.till import cash

NOON = datetime(2026, 10, 6, 4, tzinfo=UTC)
TOMORROW = NOON + timedelta(days=1)
DAY = ("bangsar", "2026-10-06")
NEXT = ("bangsar", "2026-10-07")
LIST_QUERIES, OPEN_QUERIES, CLOSED_QUERIES = 9, 20, 10


@pytest.fixture
def books(dashboard: Dashboard) -> Books:
    """Two orders of a day: one online with charges, one in cash."""
    books = books_of(dashboard.restaurant)
    books.paid(NOON, 100, service_charge_minor=12900, tax_minor=8514, tax_bp=600, tax_name="SST")
    cash(books, NOON, 0, 2)
    return books


def close(dashboard: Dashboard, day: tuple[str, str] = DAY, **form: str) -> list[str]:
    changes = re.search(r'name="changes" value="(\d+)"', dashboard.page("day_close", *day))
    assert changes
    return dashboard.sent("day_close", *day, changes=changes[1], **form)


def plain(text: str) -> str:
    """The text with one kind of space."""
    return re.sub(r"\s+", " ", text)


def cells(page: str) -> list[str]:
    """The cells and names of the page's tables."""
    found = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", page)
    return [plain(html.unescape(re.sub("<.*?>", "", cell))).strip() for cell in found]


def pdf_text(dashboard: Dashboard, day: tuple[str, str] = DAY) -> str:
    answer = dashboard.get("day_close_file", *day)
    assert answer["Content-Type"] == "application/pdf"
    assert "attachment" in answer["Content-Disposition"]
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return plain(" ".join(page.extract_text() for page in pages))


def test_a_day_is_looked_at_closed_and_listed(dashboard: Dashboard, books: Books) -> None:
    assert "Tue 6 Oct 2026" in dashboard.page("day_closes")
    text = dashboard.page("day_close", *DAY)
    assert "Day to close" in text
    assert "Every order of the day is paid or canceled" in text
    assert close(dashboard, opening="50", counted="56.50", note="coins") == ["Closed as Z-A-000001."]
    page = dashboard.page("day_close", *DAY)
    for cell in ("1,297.00", "129.00", "85.14", "1,511.14", "57.00", "56.50", "-0.50"):
        assert cell in cells(page), cell
    assert "Z-A-000001" in dashboard.page("day_closes")
    assert "Every day with money is closed." in dashboard.page("day_closes")


def test_the_pdf_has_every_amount_of_the_page(dashboard: Dashboard, books: Books) -> None:
    paid = cash(books, NOON, 1)
    close(dashboard, counted="19.90")
    books.refunded(paid, NOON, 1234)
    books.paid(TOMORROW, 2)
    close(dashboard, NEXT)
    for day in (DAY, NEXT):
        text, page = pdf_text(dashboard, day), dashboard.page("day_close", *day)
        amounts = [cell for cell in cells(page) if re.fullmatch(r"-?[\d,]+\.\d\d", cell)]
        assert len(amounts) > 4
        assert sorted(re.findall(r"-?[\d,]+\.\d\d(?!\d)", text)) == sorted(amounts)
        for name in cells(page):
            assert name in text


def test_names_beyond_latin_are_in_the_pdf_or_become_question_marks(
    dashboard: Dashboard, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duitpos.kit.pdf_sheet.PLAIN", ())
    monkeypatch.setattr("duitpos.kit.fonts.HAN", ())
    Location.objects.filter(tenant=dashboard.tenant).update(name="茨厂街")
    close(dashboard)
    assert "???" in pdf_text(dashboard)


def test_what_is_not_finished_is_listed_before(dashboard: Dashboard, books: Books) -> None:
    order = books.paid(NOON, 1, status="ready", number=7).order
    assert order is not None
    Order.objects.filter(tenant=order.tenant_id, id=order.id).update(released_by=None)
    text = dashboard.page("day_close", *DAY)
    assert "1 order is not paid" in text
    assert dashboard.url("order", order.id) in text
    close(dashboard)
    assert "Not paid then" in dashboard.page("day_close", *DAY)


def test_a_late_refund_is_said_on_the_day_and_the_next_close(dashboard: Dashboard, books: Books) -> None:
    paid = cash(books, NOON, 1)
    close(dashboard)
    assert "Changed after it was closed" not in dashboard.page("day_close", *DAY)
    books.refunded(paid, NOON, 290)
    assert "Not printed yet: on the next day close" in dashboard.page("day_close", *DAY)
    assert "These changes are on the next day close:" in dashboard.page("day_closes")
    books.paid(TOMORROW, 1)
    close(dashboard, NEXT)
    page = dashboard.page("day_close", *NEXT)
    assert "Corrections of closed days" in page
    assert "-2.90" in cells(page)
    assert "Printed on Z-A-000002" in dashboard.page("day_close", *DAY)


def test_what_was_typed_wrongly_is_said_beside_it(dashboard: Dashboard, books: Books) -> None:
    said = dashboard.refused("day_close", *DAY, changes="2", counted="many")
    assert "Enter an amount such as 350" in said
    assert not DayClose.objects.filter(tenant=dashboard.tenant).exists()


def test_a_day_that_changed_is_shown_again(dashboard: Dashboard, books: Books) -> None:
    assert dashboard.sent("day_close", *DAY, changes="1") == [
        "Money was booked on this day meanwhile. Look at the sums again, then close it."
    ]
    close(dashboard)
    assert dashboard.sent("day_close", *DAY, changes="2") == ["It was closed already, as Z-A-000001."]


def test_a_day_that_is_not_over_has_no_button(dashboard: Dashboard, books: Books) -> None:
    with time_machine.travel(NOON + timedelta(hours=1)):
        text = dashboard.page("day_close", *DAY)
        assert "This day is not over." in text
        assert 'name="changes"' not in text
        assert dashboard.sent("day_close", *DAY, changes="2") == [
            "This day is not over: guests can still pay. Close it after business has closed."
        ]


@pytest.mark.parametrize("day", ["2026-13-01", "2099-01-01", "2001-01-01", "today", "2026-10-6"])
def test_nonsense_in_the_address_is_not_found(dashboard: Dashboard, day: str) -> None:
    assert dashboard.get("day_close", "bangsar", day).status_code == 404
    assert dashboard.get("day_close_file", "bangsar", day).status_code == 404
    assert dashboard.get("day_close_file", *DAY).status_code == 404, "it is not closed"
    assert dashboard.get("day_close", "nowhere", "2026-10-06").status_code == 404


def test_the_owner_says_which_are_mailed(dashboard: Dashboard) -> None:
    site = a_location(dashboard.tenant, "klcc", currency="MYR")
    said = dashboard.sent("day_close_mail", "klcc", mail="weekly")
    assert said == ["Saved. It counts for the days that are closed from now on."]
    site.refresh_from_db()
    assert site.day_close_mail == "weekly"
    assert dashboard.post("day_close_mail", "klcc", mail="hourly").status_code == 400
    dashboard.be("manager")
    assert dashboard.post("day_close_mail", "klcc", mail="off").status_code == 403
    assert "Mail to the owners" not in dashboard.page("day_closes")


def test_the_number_of_queries_does_not_grow(dashboard: Dashboard, books: Books) -> None:
    dashboard.get("day_closes")  # what a process reads once

    def counted(name: str, *more: str) -> int:
        with CaptureQueriesContext(connection) as sent:
            assert dashboard.get(name, *more).status_code == 200
        return len(sent)

    def sell(times: int) -> None:
        for at in range(times):
            order = books.paid(NOON, 1).order
            assert order is not None
            Order.objects.filter(tenant=order.tenant_id, id=order.id).update(released_by=None)
            books.paid(NOON - timedelta(days=at + 1), 1)

    sell(1)
    before = counted("day_closes"), counted("day_close", *DAY)
    sell(5)
    assert (counted("day_closes"), counted("day_close", *DAY)) == before == (LIST_QUERIES, OPEN_QUERIES)
    close(dashboard)
    assert counted("day_close", *DAY) == CLOSED_QUERIES


def test_money_without_an_order_has_a_table_of_its_own(dashboard: Dashboard, books: Books) -> None:
    books.paid(NOON, 1)
    books.money(NOON, 777, None, location=None)
    before = dashboard.page("day_close", *DAY)
    close(dashboard)
    for page in (before, dashboard.page("day_close", *DAY)):
        assert "Money without an order" in page
        assert "7.77" in page
    assert "Money without an order" in pdf_text(dashboard)
