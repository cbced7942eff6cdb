"""Template filters that turn the domain's codes and facts into text: {% load dashboard %}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from duitpos.dashboard.texts.account import METHOD_STATES
from duitpos.dashboard.texts.declines import DeclineText, decline_text
from duitpos.dashboard.texts.kinds import KINDS, KINDS_TO_ADD
from duitpos.dashboard.texts.menu import served_text
from duitpos.dashboard.texts.orders import order_reason, refund_reason
from duitpos.dashboard.texts.processors import TYPE_PROBLEMS
from duitpos.dashboard.texts.reasons import reason_text
from duitpos.dashboard.texts.receipts import KINDS as RECEIPT_KINDS
from duitpos.dashboard.texts.receipts import why_left_out as why_left_out_text
from duitpos.dashboard.texts.refunds import REASON_NAMES
from duitpos.dashboard.texts.webhook import WORDS as WEBHOOK_WORDS
from duitpos.dashboard.texts.webhook import state_words
from duitpos.domain.menus.photos.files import WIDTHS, photo_url
from duitpos.domain.orders.attempts import AttemptDetails
from duitpos.domain.orders.guest_view import method_words
from duitpos.domain.payments.refunds.say_lines import is_open_question
from duitpos.domain.processor_accounts.types import TypeProblem
from duitpos.domain.processor_accounts.webhooks.judge import WebhookReport
from duitpos.domain.reporting.receipt_ranges import LeftOut, Range, number_label
from duitpos.kit.facts import Facts
from duitpos.models import MenuPhoto, PaymentDecline, PaymentType, ProcessorAccount, Refund
from duitpos.models.menu import Served
from duitpos.models.payment_setup import PaymentKind
from duitpos.ui.tags import chip

register = template.Library()
T = TypeVar("T")


@register.filter
def reason(facts: Facts) -> str:
    """Why something failed: {{ payment.failure|reason }}."""
    return reason_text(facts)


@register.filter
def why_canceled(text: str) -> str:
    """Why an order was canceled: {{ order.cancel_reason|why_canceled }}."""
    return order_reason(text)


@register.filter
def why_refunded(text: str) -> str:
    """Why a payment was refunded: {{ refund.reason|why_refunded }}."""
    return refund_reason(text)


@register.filter(name="is_open_question")
def open_question(refund: Refund) -> bool:
    """Whether nobody has said what a refund was for: {% if refund|is_open_question %}."""
    return is_open_question(refund)


@register.filter
def refund_reason_name(code: str) -> str:
    """What staff chose as the reason of a refund: {{ refund.reason_code|refund_reason_name }}."""
    return str(REASON_NAMES[code])


@register.filter
def declined(decline: PaymentDecline) -> DeclineText:
    """Why a card was declined and what to tell the guest: {% with said=decline|declined %}{{ said.reason }}."""
    return decline_text(decline.code, decline.decline_code)


@register.filter
def method(words: dict[str, str]) -> str:
    """How it was paid: {{ payment.method|method }}."""
    return method_words(words)


@register.filter
def masked_email(email: str) -> str:
    """Enough to recognize an e-mail that the guest has said: {{ payment.guest_email|masked_email }}."""
    name, _at, domain = email.rpartition("@")
    return f"{name[:1]}…@{domain}" if name else email


@register.filter
def type_problem(problem: TypeProblem) -> str:
    """Why guests cannot choose a payment type: {{ row.problem|type_problem }}."""
    return str(TYPE_PROBLEMS[problem])


@register.filter
def method_state(state: str) -> str:
    """Whether guests can pay with a method: {{ method.state|method_state }}."""
    return str(METHOD_STATES[state])


@register.filter
def of_account(counts: Mapping[UUID, T], account: ProcessorAccount) -> T | None:
    """What belongs to an account: {{ counts|of_account:view.account }}."""
    return counts.get(account.id)


@register.filter
def of_payment(pages: Mapping[UUID, T], payment_id: UUID) -> T | None:
    """What belongs to a payment: {{ pages|of_payment:row.alert.payment_id }}."""
    return pages.get(payment_id)


@register.filter
def of_type(values: Mapping[UUID, T], kind: PaymentType) -> T | None:
    """What belongs to a payment type: {{ webhooks|of_type:row.type }}."""
    return values.get(kind.id)


@register.simple_tag
def webhook_chip(report: WebhookReport, time_zone: str = "UTC", locale: str = "en_MY") -> SafeString:
    """The state of a webhook, and since when: {% webhook_chip view.report location.time_zone location.locale %}."""
    words = state_words(report, time_zone, locale)
    # Of a time, only the first letter of the sentence changes.
    said = words[:1].lower() + words[1:]
    return chip(WEBHOOK_WORDS[report.state][0], _("Webhook: %(state)s") % {"state": said})


@register.filter
def reference_kind(kind: str) -> str:
    """The processor's word for one of its ids: {{ named.kind|reference_kind }}."""
    return kind.replace("_", " ").capitalize()


@register.inclusion_tag("ui/copyable.html")
def at_processor(attempt: AttemptDetails, value: str, what: str) -> dict[str, str]:
    """An id at the processor, to copy, with its page there: {% at_processor attempt named.value "payment id" %}."""
    return {"text": value, "what": what, "url": attempt.link(value).url}


@register.filter
def kind_text(kind: str) -> str:
    """How a payment type is paid: {{ row.type.kind|kind_text }}."""
    return str(KINDS[PaymentKind(kind)])


@register.filter
def kind_in_full(kind: str) -> str:
    """The same, with who confirms it: {{ row.type.kind|kind_in_full }}."""
    return str(KINDS_TO_ADD[PaymentKind(kind)])


@register.filter
def served(row: Served) -> str:
    """When a section or a dish is served; empty for always: {{ item|served }}."""
    return served_text(row)


@register.filter
def thumbnail(photo: MenuPhoto) -> str:
    """The address of a photo's smallest file: {{ item.photo|thumbnail }}."""
    return photo_url(photo, min(WIDTHS[0], photo.width), "jpeg")


@register.filter
def range_kind(one: Range) -> str:
    """What a range of numbers was given to: {{ range|range_kind }}."""
    return str(RECEIPT_KINDS[one.kind])


@register.filter
def first_number(one: Range) -> str:
    """The first number of a range, as it is written: {{ range|first_number }}."""
    return number_label(one.kind, one.series, one.first)


@register.filter
def last_number(one: Range) -> str:
    """The last number of a range, as it is written: {{ range|last_number }}."""
    return number_label(one.kind, one.series, one.last)


@register.filter
def why_left_out(one: LeftOut) -> str:
    """Why something is not in the sums of receipts: {{ one|why_left_out }}."""
    return why_left_out_text(one)
