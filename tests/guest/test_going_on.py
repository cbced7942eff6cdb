"""The pages on which a guest goes on to pay: an address, a form, a code."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import reverse

from duitpos.domain.checkout.present_step import shown_code
from duitpos.kit.clock import now
from duitpos.models import Alert, Order, Payment, ProcessorAccount
from duitpos.models.alert import AlertKind
from duitpos.models.payment import PaymentStatus
from duitpos.processors.capabilities import PaysBy
from duitpos.processors.errors import Failure, OwnCode, ProcessorError
from duitpos.processors.snapshots import SnapshotState
from duitpos.processors.start import FormPost, NextStep, Redirect
from duitpos.ui.qr import qr_svg
from duitpos.ui.watch import HASH as WATCH_HASH
from tests.guest.cafe import Cafe
from tests.guest.phone import Phone, line, text_of
from tests.support.step_processor import FakeProcessor, a_code, an_account_at_it, install

FORM = FormPost(
    "https://pay.kedai.example/b/1", (("bill", "1"), ("sig", 'a"<b>&')), ("https://bank.example",)
)
PROBLEM = ProcessorError(Failure.UNAVAILABLE)


def press_pay(cafe: Cafe, phone: Phone | None = None) -> HttpResponse:
    phone = phone or cafe.phone()
    return phone.press(phone.review(line(cafe.tea, 2)))


def the_order(cafe: Cafe) -> Order:
    return Order.objects.get(tenant=cafe.restaurant.tenant)


def the_payment(cafe: Cafe) -> Payment:
    return Payment.objects.get(tenant=cafe.restaurant.tenant)


def pay_url(cafe: Cafe) -> str:
    return f"/kopi/pay/{the_order(cafe).token}/"


def order_url(cafe: Cafe) -> str:
    return f"/kopi/o/{the_order(cafe).token}/"


def form_action(page: HttpResponse) -> list[str]:
    (found,) = re.findall(r"form-action ([^;]+)", page["Content-Security-Policy"])
    return str(found).split()


def look(cafe: Cafe, phone: Phone) -> HttpResponse:
    """Load the page of the step, when a look at the processor is allowed again."""
    Payment.objects.filter(tenant=cafe.restaurant.tenant).update(asked_at=None)
    return phone.open(pay_url(cafe))


# --- a form ---------------------------------------------------------------------------------------------------


def test_a_form_is_shown_on_our_page_with_its_fields_escaped(cafe: Cafe, kedai: FakeProcessor) -> None:
    kedai.step = FORM
    page = press_pay(cafe)
    body = page.content.decode()
    assert page.status_code == 200
    assert 'method="post" action="https://pay.kedai.example/b/1"' in body
    assert '<input type="hidden" name="sig" value="a&quot;&lt;b&gt;&amp;">' in body
    assert "Continue to Kedai Pay" in text_of(page)
    assert page["Cache-Control"] == "no-store"
    # The script is a file: the policy forbids any in the page.
    assert re.findall(r"<script[^>]*>", body) == ['<script src="/static/guest/go_on.js" defer>']


def test_only_the_forms_page_may_send_a_form_elsewhere(cafe: Cafe, kedai: FakeProcessor) -> None:
    kedai.step = FORM
    phone = cafe.phone()
    before = phone.scan()["Content-Security-Policy"]
    page = press_pay(cafe, phone)
    assert form_action(page) == ["'self'", "https://pay.kedai.example", "https://bank.example"]
    without = re.sub(r"form-action [^;]+", "", page["Content-Security-Policy"])
    assert without == re.sub(r"form-action [^;]+", "", before)
    assert phone.scan()["Content-Security-Policy"] == before
    assert phone.open(order_url(cafe))["Content-Security-Policy"] == before


def test_an_origin_that_is_none_does_not_reach_the_policy(cafe: Cafe, kedai: FakeProcessor) -> None:
    bad = ("https://a.example; script-src *", "https://b.example,x", "javascript:alert(1)", "*", "https:")
    kedai.step = FormPost("https://pay.kedai.example/", (), (*bad, "https://good.example/path"))
    page = press_pay(cafe)
    assert form_action(page) == ["'self'", "https://pay.kedai.example", "https://good.example"]
    scripts = set(re.findall(r"script-src [^;]*", page["Content-Security-Policy"]))
    assert scripts == {f"script-src 'self' '{WATCH_HASH}'"}


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "data:text/html,x", "//pay.example/", "https://", "https://a b/",
        "http://pay.example/", "",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", [Redirect, lambda url: FormPost(url, ())], ids=["redirect", "form"])
def test_a_page_whose_address_cannot_be_opened_safely_ends_the_attempt(
    cafe: Cafe, kedai: FakeProcessor, kind: type[Redirect], url: str
) -> None:
    kedai.step = kind(url)
    page = press_pay(cafe)
    assert page.status_code == 409
    assert f'"{html.escape(url)}"' not in page.content.decode()
    assert "your cart is kept" in text_of(page)
    payment = the_payment(cafe)
    assert (payment.status, payment.failure["code"]) == (PaymentStatus.FAILED, OwnCode.ADDRESS_NOT_USABLE)
    assert kedai.canceled == ["bill-1"]
    (alert,) = Alert.objects.filter(tenant=cafe.restaurant.tenant)
    assert (alert.kind, alert.facts["reason"]["code"]) == (
        AlertKind.START_REFUSED, OwnCode.ADDRESS_NOT_USABLE,
    )  # fmt: skip


def test_money_for_a_page_that_could_not_be_closed_is_known_by_its_reference(
    cafe: Cafe, kedai: FakeProcessor
) -> None:
    kedai.step, kedai.can_cancel = Redirect("http://pay.example/"), False
    press_pay(cafe)
    assert the_payment(cafe).reference == "bill-1"


def test_a_sandbox_may_be_without_encryption(cafe: Cafe, kedai: FakeProcessor) -> None:
    account = ProcessorAccount.objects.get(tenant=cafe.restaurant.tenant, processor="fakepay")
    with override_settings(SANDBOX_URLS=["http://127.0.0.1:9"]):
        ProcessorAccount.objects.filter(tenant=account.tenant, id=account.id).update(
            api_base="http://127.0.0.1:9"
        )
        kedai.step = Redirect("http://127.0.0.1:9/pay/1")
        assert press_pay(cafe).status_code == 200


# --- before Pay -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pays_by, sentences",
    [
        (
            PaysBy.PAGE,
            (
                "You pay on the page of Kedai Pay. Your card number never reaches us.",
                "Anda membayar di halaman Kedai Pay. Nombor kad anda tidak sampai kepada kami.",
                "您将在 Kedai Pay 的页面付款。我们不会收到您的卡号。",
            ),
        ),
        (
            PaysBy.CODE,
            (
                "You pay in your bank's app, with a code from Kedai Pay that we show you next.",
                "Anda membayar dalam aplikasi bank anda, dengan kod daripada Kedai Pay yang kami tunjukkan",
                "您将在银行应用中付款，所用的二维码由 Kedai Pay 提供，下一步显示。",
            ),
        ),
        (
            None,
            (
                "Kedai Pay handles your payment. Your card number never reaches us.",
                "Pembayaran anda diuruskan oleh Kedai Pay. Nombor kad anda tidak sampai kepada kami.",
                "付款由 Kedai Pay 处理。我们不会收到您的卡号。",
            ),
        ),
    ],
)
def test_the_review_says_where_the_guest_pays(
    cafe: Cafe,
    kedai: FakeProcessor,
    monkeypatch: pytest.MonkeyPatch,
    pays_by: PaysBy | None,
    sentences: tuple[str, ...],
) -> None:
    install(monkeypatch, pays_by=pays_by)
    phone = cafe.phone()
    for language, sentence in zip(("en", "ms", "zh-hans"), sentences, strict=True):
        phone.send(phone.menu_url, {"language": language})
        page = phone.review(line(cafe.tea))
        (said,) = re.findall(r'<p class="who">(.*?)</p>', page.content.decode())
        assert html.unescape(said).startswith(sentence)


@pytest.mark.parametrize(
    "pays_by, sentence",
    [
        (PaysBy.PAGE, "You pay on the page of the payment service."),
        (PaysBy.CODE, "The payment service that you choose handles the payment."),
        (None, "The payment service that you choose handles the payment."),
    ],
)
def test_with_a_choice_it_says_what_is_right_for_each(
    cafe: Cafe, kedai: FakeProcessor, monkeypatch: pytest.MonkeyPatch, pays_by: PaysBy | None, sentence: str
) -> None:
    install(monkeypatch, pays_by=pays_by)
    an_account_at_it(cafe.restaurant, "OTHER")
    assert sentence in text_of(cafe.phone().review(line(cafe.tea)))


# --- a code ---------------------------------------------------------------------------------------------------


def test_a_code_has_a_page_with_an_address(cafe: Cafe, kedai: FakeProcessor) -> None:
    kedai.step = a_code(expires_at=now() + timedelta(minutes=10))
    phone = cafe.phone()
    answer = press_pay(cafe, phone)
    assert (answer.status_code, answer["Location"]) == (303, pay_url(cafe))
    page = phone.open(pay_url(cafe))
    words, body = text_of(page), page.content.decode()
    assert "DuitNow QR" in re.findall(r"<h1>(.*?)</h1>", body)
    assert "Pay RM 9.33" in words
    assert "Open your bank's app, scan or upload this code, and pay. This page follows by itself." in words
    assert re.search(r"You can pay with this code until \d+ \w+ \d{4}, \d+:\d\d [ap]m", words)
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in body
    assert "<svg" in body
    assert page["Cache-Control"] == "no-store"
    assert form_action(page) == ["'self'"]


@pytest.mark.parametrize("wish, seconds", [(0, 2), (5, 5), (600, 30)])
def test_the_page_looks_again_every_2_to_30_seconds(
    cafe: Cafe, kedai: FakeProcessor, wish: int, seconds: int
) -> None:
    kedai.step = a_code(poll_after=wish)
    phone = cafe.phone()
    press_pay(cafe, phone)
    assert f'content="{seconds}"' in phone.open(pay_url(cafe)).content.decode()


def test_the_code_can_be_saved_as_a_picture(cafe: Cafe, kedai: FakeProcessor) -> None:
    kedai.step = a_code()
    phone = cafe.phone()
    press_pay(cafe, phone)
    (link,) = re.findall(r'href="([^"]+\.png)" download', phone.open(pay_url(cafe)).content.decode())
    picture = phone.open(link)
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/png")
    assert picture.content.startswith(b"\x89PNG")
    assert picture["Cache-Control"] == "no-store"
    asked = kedai.fetches
    phone.open(link)
    assert kedai.fetches == asked
    Payment.objects.filter(tenant=cafe.restaurant.tenant).update(status=PaymentStatus.FAILED)
    assert phone.open(link).status_code == 404


def test_of_many_reloads_one_in_three_seconds_asks(cafe: Cafe, kedai: FakeProcessor) -> None:
    kedai.step = a_code()
    phone = cafe.phone()
    press_pay(cafe, phone)
    for _ in range(5):
        assert phone.open(pay_url(cafe)).status_code == 200
    assert kedai.fetches == 1


@pytest.mark.parametrize(
    "state",
    [SnapshotState.PAID, SnapshotState.PROCESSING, SnapshotState.FAILED, SnapshotState.EXPIRED],
)
def test_once_it_is_paid_processing_or_ended_the_orders_page_is_next(
    cafe: Cafe, kedai: FakeProcessor, state: SnapshotState
) -> None:
    kedai.step = a_code()
    phone = cafe.phone()
    press_pay(cafe, phone)
    assert look(cafe, phone).status_code == 200
    kedai.state = state
    answer = look(cafe, phone)
    assert (answer.status_code, answer["Location"]) == (303, order_url(cafe))
    assert answer["Cache-Control"] == "no-store"
    asked = kedai.fetches
    assert look(cafe, phone).status_code == 303
    assert kedai.fetches == asked


@pytest.mark.parametrize("is_over", [False, True])
def test_a_code_that_the_processor_renewed_is_shown(cafe: Cafe, kedai: FakeProcessor, is_over: bool) -> None:
    kedai.step = a_code(expires_at=now() + timedelta(seconds=-1 if is_over else 60))
    phone = cafe.phone()
    press_pay(cafe, phone)
    kedai.step = a_code(payload="THE-NEXT-CODE", expires_at=now() + timedelta(minutes=5))
    page = look(cafe, phone)
    assert page.status_code == 200
    assert str(qr_svg("THE-NEXT-CODE")) in page.content.decode()
    assert pay_url(cafe) in phone.open(order_url(cafe)).content.decode()
    order = the_order(cafe)
    assert shown_code(order.tenant, order.token).payload == "THE-NEXT-CODE"


def test_a_code_that_is_over_is_not_shown_or_linked(cafe: Cafe, kedai: FakeProcessor) -> None:
    kedai.step = a_code(expires_at=now() - timedelta(seconds=1))
    phone = cafe.phone()
    press_pay(cafe, phone)
    assert look(cafe, phone).status_code == 303
    assert pay_url(cafe) not in phone.open(order_url(cafe)).content.decode()


def test_while_the_processor_does_not_answer_the_code_stays_with_a_warning(
    cafe: Cafe, kedai: FakeProcessor
) -> None:
    kedai.step, kedai.problem = a_code(), PROBLEM
    phone = cafe.phone()
    press_pay(cafe, phone)
    page = look(cafe, phone)
    assert "If you have paid, do not pay again" in text_of(page)
    assert "<svg" in page.content.decode()
    kedai.problem = None
    assert "do not pay again" not in text_of(look(cafe, phone))


# --- the same page for every step -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "step", [Redirect("https://pay.kedai.example/b/1"), FORM, a_code()], ids=["url", "form", "code"]
)
def test_a_waiting_order_links_to_its_step_and_a_reload_shows_it(
    cafe: Cafe, kedai: FakeProcessor, step: NextStep
) -> None:
    kedai.step = step
    phone = cafe.phone()
    press_pay(cafe, phone)
    for url in (order_url(cafe), f"{order_url(cafe)}state/"):
        body = phone.open(url).content.decode()
        assert f'<a class="primary" href="{pay_url(cafe)}">Pay' in body
        assert "Change your order" in body
    for _ in range(2):
        page = look(cafe, phone)
        assert page.status_code == 200
        assert "https://pay.kedai.example/b/1" in page.content.decode() or "<svg" in page.content.decode()


@pytest.mark.parametrize("step", [Redirect("https://pay.kedai.example/b/1"), FORM], ids=["url", "form"])
def test_nobody_is_sent_to_a_page_that_may_be_paid_already(
    cafe: Cafe, kedai: FakeProcessor, step: NextStep
) -> None:
    kedai.step = step
    phone = cafe.phone()
    press_pay(cafe, phone)
    kedai.problem = PROBLEM
    assert look(cafe, phone)["Location"] == order_url(cafe)
    assert "Do not pay again" in text_of(phone.open(order_url(cafe)))
    kedai.problem, kedai.state = None, SnapshotState.PAID
    assert look(cafe, phone)["Location"] == order_url(cafe)
    assert "Thank you" in text_of(phone.open(order_url(cafe)))


def test_without_a_step_the_orders_page_waits(cafe: Cafe, kedai: FakeProcessor) -> None:
    kedai.step = None
    phone = cafe.phone()
    assert press_pay(cafe, phone)["Location"] == order_url(cafe)
    assert look(cafe, phone)["Location"] == order_url(cafe)
    assert pay_url(cafe) not in phone.open(order_url(cafe)).content.decode()


def test_the_language_can_be_chosen_on_it(cafe: Cafe, kedai: FakeProcessor) -> None:
    kedai.step = a_code()
    phone = cafe.phone()
    press_pay(cafe, phone)
    answer = phone.send(pay_url(cafe), {"language": "ms"})
    assert (answer.status_code, answer["Location"]) == (303, pay_url(cafe))
    assert "Simpan gambar" in text_of(phone.open(pay_url(cafe)))


# --- what the processor is told -------------------------------------------------------------------------------


def test_each_account_has_its_own_webhook_address(cafe: Cafe, kedai: FakeProcessor) -> None:
    press_pay(cafe)
    (request,) = kedai.requests
    account = the_payment(cafe).account_id
    assert request.webhook_url == f"http://testserver/kopi/webhooks/fakepay/{account}/"
    assert reverse("webhooks:deliver_to_account", args=["kopi", "fakepay", account]) in request.webhook_url
