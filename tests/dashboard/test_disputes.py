"""The pages about disputes: the list, one dispute, the order's box, and the notice above the orders."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from duitpos.dashboard.texts.disputes import deadline_text, time_left
from duitpos.kit.clock import now
from duitpos.kit.fonts import HAN
from duitpos.models import Dispute, Order, OrderEvent, OrderLine, Payment, Refund
from duitpos.processors.references import References
from duitpos.processors.registry import adapter
from tests.dashboard.client import Dashboard, toasts
from tests.support.books import Books, books_of

DUE = timedelta(days=9)


def books_for(dashboard: Dashboard) -> Books:
    return books_of(dashboard.restaurant)


def a_dispute(books: Books, status: str = "needs_response", due: timedelta | None = DUE) -> Dispute:
    payment = books.paid(now(), 1)
    return Dispute.objects.create(
        tenant=payment.tenant,
        payment=payment,
        reference=f"du_{uuid4().hex[:10]}",
        status=status,
        amount_minor=payment.amount_minor,
        currency="MYR",
        reason="product_not_received",
        opened_at=now(),
        respond_by=now() + due if due else None,
        said_at=now(),
        ended_at=now() if status in ("won", "lost") else None,
    )


def test_the_most_urgent_is_first_and_those_that_are_over_are_last(dashboard: Dashboard) -> None:
    books = books_for(dashboard)
    over, late, soon = a_dispute(books, "lost"), a_dispute(books), a_dispute(books, due=timedelta(hours=5))
    text = dashboard.page("disputes")
    places = [text.index(str(one.id)) for one in (soon, late, over)]
    assert places == sorted(places)
    assert "only 4 hours left" in text
    assert "8 days left" in text
    assert "Lost: the money stays with the guest." in text
    assert "product not received" in text


def test_an_empty_list_says_what_comes_here(dashboard: Dashboard) -> None:
    assert "No payment was disputed" in dashboard.page("disputes")


def test_a_page_of_fifty_costs_as_many_queries_as_one(dashboard: Dashboard) -> None:
    books = books_for(dashboard)
    a_dispute(books)
    dashboard.page("disputes")
    with CaptureQueriesContext(connection) as few:
        dashboard.page("disputes")
    for _ in range(55):
        a_dispute(books)
    with CaptureQueriesContext(connection) as many:
        text = dashboard.page("disputes")
    assert len(many) == len(few)
    assert "page=1" in text
    assert "page=2" not in dashboard.page("disputes", query="?page=1")


def test_one_dispute_says_what_to_do_and_where(dashboard: Dashboard) -> None:
    books = books_for(dashboard)
    dispute = a_dispute(books)
    books.disputed(dispute.payment, now(), 1290, 6000)
    text = dashboard.page("dispute", dispute.id)
    assert "Answer by" in text
    assert "Do not refund: the guest has the money." in text
    assert f"https://dashboard.stripe.com/disputes/{dispute.reference}" in text
    assert "Answer at Stripe" in text
    assert "Taken by the bank" in text
    assert "60.00" in text
    assert "Refund the payment" not in text
    assert dashboard.get("dispute", uuid4()).status_code == 404


def test_an_inquiry_offers_the_refund(dashboard: Dashboard) -> None:
    dispute = a_dispute(books_for(dashboard), "inquiry")
    text = dashboard.page("dispute", dispute.id)
    assert "Refund the payment" in text
    assert "No money has moved." in text


@pytest.mark.parametrize("status", ["under_review", "won", "lost", "closed"])
def test_every_state_has_its_page(dashboard: Dashboard, status: str) -> None:
    dispute = a_dispute(books_for(dashboard), status)
    text = dashboard.page("dispute", dispute.id)
    assert "Answer at" not in text
    assert "Look at Stripe" in text


def test_the_deadline_stands_above_the_orders_for_those_who_decide(dashboard: Dashboard) -> None:
    books = books_for(dashboard)
    soon = a_dispute(books, due=timedelta(hours=30))
    a_dispute(books, "under_review")
    text = dashboard.page("orders")
    assert text.count("Open the dispute") == 1
    assert str(soon.id) in text
    assert "only 29 hours left" in text
    dashboard.be("cashier")
    assert "Open the dispute" not in dashboard.page("orders")


def test_the_order_leads_to_its_dispute_and_refuses_the_refund(dashboard: Dashboard) -> None:
    dispute = a_dispute(books_for(dashboard))
    assert dispute.payment.order_id is not None
    text = dashboard.page("order", dispute.payment.order_id)
    assert dashboard.url("dispute", dispute.id) in text
    assert "Until that is decided nothing of it can be refunded" in text
    assert dashboard.url("refund", dispute.payment.order_id, dispute.payment_id) not in text
    said = dashboard.sent("refund", dispute.payment.order_id, dispute.payment_id, reason="")
    assert not Refund.objects.filter(tenant=dashboard.tenant).exists(), said


def test_a_dispute_without_an_order(dashboard: Dashboard) -> None:
    books = books_for(dashboard)
    dispute = a_dispute(books)
    Payment.objects.filter(tenant=books.restaurant.tenant).update(order=None, location=None)
    assert "No order" in dashboard.page("disputes")
    assert dashboard.page("dispute", dispute.id)


def test_the_time_that_is_left_in_words() -> None:
    dispute = Dispute(status="needs_response", respond_by=now())
    assert "ended on" in deadline_text(dispute, now() + timedelta(1), "UTC", "en_MY")
    assert time_left(timedelta(days=2)) == "2 days left"
    assert time_left(timedelta(hours=47)) == "only 47 hours left"
    assert time_left(timedelta(minutes=59)) == "less than an hour left"
    assert deadline_text(Dispute(status="inquiry"), now(), "UTC", "en_MY") == ""


def test_the_sandbox_shows_a_dispute_on_its_payments_page() -> None:
    named = References.named("cs_1", payment_intent="pi_1")
    page = adapter("stripe").dispute_page("du_1", named, "http://127.0.0.1:1", is_test=True)
    assert page == "http://127.0.0.1:1/dashboard/payments/pi_1"
    assert adapter("stripe").dispute_page("du_1", named, "", is_test=True).endswith("/test/disputes/du_1")


def text_of(data: bytes) -> str:
    """The text of a PDF, in one line."""
    pages = PdfReader(BytesIO(data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def evidence_text(dashboard: Dashboard, dispute: Dispute) -> str:
    response = dashboard.get("evidence", dispute.id)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert dispute.reference in response["Content-Disposition"]
    return text_of(response.content)


def test_the_evidence_has_the_order_its_times_the_kitchen_the_receipt_and_the_terms(
    dashboard: Dashboard,
) -> None:
    dispute = a_dispute(books_for(dashboard))
    payment = dispute.payment
    order = payment.order
    assert order is not None
    Payment.objects.filter(tenant=dashboard.tenant).update(guest_email="aminah@example.com")
    Order.objects.filter(tenant=dashboard.tenant).update(
        number=12, note="tanpa cili", placed_at=now(), status="served"
    )
    for step, (before, after) in enumerate(
        (("placed", "preparing"), ("preparing", "ready"), ("ready", "served"))
    ):
        OrderEvent.objects.create(
            tenant=dashboard.tenant,
            order=order,
            at=now() + timedelta(minutes=step),
            actor="staff",
            member=dashboard.restaurant.owner,
            from_status=before,
            to_status=after,
        )
    text = evidence_text(dashboard, dispute)
    for part in (
        "Evidence of order 12 at Kopi",
        dispute.reference,
        "product not received",
        "1 × Laksa",
        "12.90",
        "tanpa cili",
        "aminah@example.com",
        "4242",
        "Ready",
        "The guest scanned the code that stands on the table",
        "Staff recorded each step",
        "Page 1 of 1",
    ):
        assert part in text, part
    assert str(order.id) in text.replace(" ", "")
    assert dashboard.tenant.slug in text


def test_the_evidence_is_readable_with_chinese_dishes_and_many_lines(dashboard: Dashboard) -> None:
    books = books_for(dashboard)
    dispute = a_dispute(books)
    assert dispute.payment.order is not None
    for position in range(1, 80):
        books._line(dispute.payment.order, position, books.items[0], 1)
    OrderLine.objects.filter(tenant=dashboard.tenant).update(name="椰浆饭 Nasi lemak")
    text = evidence_text(dashboard, dispute)
    assert "Nasi lemak" in text
    if any(path.is_file() for path in HAN):
        said = text.replace(" ", "").replace("\0", "")
        assert "椰浆饭" in said, said[said.index("lemak") - 40 :][:80].encode("unicode_escape")
    assert "Page 3 of" in text


def test_the_evidence_needs_no_fonts(dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duitpos.dashboard.evidence_pdf.PLAIN", ())
    dispute = a_dispute(books_for(dashboard))
    OrderLine.objects.filter(tenant=dashboard.tenant).update(name="椰浆饭 Nasi lemak")
    text = evidence_text(dashboard, dispute)
    assert "??? Nasi lemak" in text
    assert "no font for some of these letters" in text
    assert "install fonts-dejavu-core, fonts-noto-cjk" in text
    assert "Staff recorded" not in text, "nobody has served it"


@pytest.mark.parametrize("name", ["椰浆饭 Nasi lemak", "Nasi lemak"])
def test_the_evidence_says_that_there_is_no_font_for_chinese(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("duitpos.kit.fonts.HAN", ())
    dispute = a_dispute(books_for(dashboard))
    OrderLine.objects.filter(tenant=dashboard.tenant).update(name=name)
    text = evidence_text(dashboard, dispute)
    assert "Nasi lemak" in text
    said = "no font for Chinese characters" in text
    assert said == (name != "Nasi lemak"), "said only where something is missing"
    assert ("install fonts-noto-cjk" in text) == said


def test_the_evidence_of_money_without_an_order(dashboard: Dashboard) -> None:
    dispute = a_dispute(books_for(dashboard))
    Payment.objects.filter(tenant=dashboard.tenant).update(order=None, location=None)
    text = evidence_text(dashboard, dispute)
    assert "Evidence of a payment at Kopi" in text
    assert "The receipt" not in text


def test_the_refund_page_of_a_disputed_payment_says_why_there_is_nothing(dashboard: Dashboard) -> None:
    dispute = a_dispute(books_for(dashboard))
    response = dashboard.get("refund_part", dispute.payment.order_id or "", dispute.payment_id)
    assert response.status_code == 302
    page = dashboard.page("order", dispute.payment.order_id or "")
    assert any("Until that is decided" in said for said in toasts(page)), toasts(page)
