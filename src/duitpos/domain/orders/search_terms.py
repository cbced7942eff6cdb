"""Read what staff type or paste into a search: a number, an amount, a table, a card's last digits, an e-mail, an id."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from duitpos.kit.clock import now
from duitpos.kit.money import Money, parse_amount
from duitpos.models import (
    Dispute,
    OrderLine,
    Payment,
    PaymentDecline,
    PaymentReference,
    ProcessorAccount,
    Refund,
    Tenant,
    WebhookEvent,
)

LONGEST = 300
"""Characters that are read: a pasted link to a processor's page is long."""

DISHES_BACK = timedelta(days=90)
"""How old an order may be that is found by a dish: its lines have no index by name."""

_ID = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z]{1,10}_[A-Za-z0-9_]{6,68}(?![A-Za-z0-9_])")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TOKEN = re.compile(r"/(?:o|pay|pay/return|pay/cancel)/([A-Za-z0-9_-]{16,32})(?:/|$)")
_NUMBER = re.compile(r"(?:(?:order|pesanan|订单)\s*|#)?(t?)(\d{1,9})(?:\s+test)?", re.IGNORECASE)
_RECEIPT = re.compile(
    r"(?:(?:receipt|resit|nombor resit|收据号?|credit note)(?:\s+number)?:?\s*)?(TEST-|CN-)?([A-Z]{1,4})-(\d{1,12})",
    re.IGNORECASE,
)
_TABLE = re.compile(r"(?:table|meja|桌|மேசை)\s*(.+)|(.+?)\s*号桌", re.IGNORECASE)
_SIGN = r"[-\u2212\u2013+]?\s*"
_CURRENCY = r"(?:[A-Za-z]{1,3}\.?|[A-Za-z]{0,2}[^\w\s.,'\u2019\u2212\u2013+-])?\s*"
_AMOUNT = re.compile(rf"{_SIGN}{_CURRENCY}{_SIGN}(\d[\d.,'\u2019\s]{{0,18}}?)\s*{_CURRENCY}")
_LAST4 = re.compile(r"(?:[·•.*xX\s-]*|\D*[·•.*xX…]{2,}\s*)(\d{4})\)?(?:\s\D*)?")
_SLIP = re.compile(r"(?=\D*\d)[A-Za-z0-9][A-Za-z0-9 ./-]{2,39}")
_DISH = re.compile(r"(?:\d{1,3}\s*×\s*)?([^\W\d].{2,119})")
_MASKED = re.compile(r"([^@\s…])…@([^@\s]+\.[^@\s]+)")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a text may mean. Several readings are possible: 4242 is an order's number, an amount and a card."""

    table: str = ""
    is_named_table: bool = False
    """Whether the text says that it is a table ("Table 1")."""
    number: int | None = None
    is_test: bool = False
    receipt: tuple[str, int] | None = None
    """Series and number of a receipt, or of a credit note if `is_credit_note`."""
    is_credit_note: bool = False
    amounts: tuple[Money, ...] = ()
    last4: str = ""
    email: str = ""
    masked_email: tuple[str, str] | None = None
    """Its first letter and its domain, as the pages of those who may not read it show it."""
    slip: str = ""
    """What staff wrote down of a card machine's slip."""
    dish: str = ""
    ids: tuple[str, ...] = ()
    """The processor's ids, such as cs_…, also out of a pasted link."""
    row_ids: tuple[UUID, ...] = ()
    """Ids of our orders, payments and refunds."""
    token: str = ""
    """Of the guest's link to an order."""


def read_terms(text: str, currencies: Iterable[str]) -> Terms:
    """Read a text. `currencies`: those that the restaurant's locations use, for amounts."""
    text = " ".join(text[:LONGEST].replace("\x00", "").split())
    row_ids = tuple(UUID(found) for found in _UUID.findall(text))
    token = _TOKEN.search(text)
    ids = tuple(dict.fromkeys(_ID.findall(text)))
    if row_ids or token or ids:
        # A table's name may look like an id.
        table = text if ids == (text,) else ""
        return Terms(table, ids=ids, row_ids=row_ids, token=token[1] if token else "")
    if masked := _MASKED.fullmatch(text):
        return Terms(masked_email=(masked[1], masked[2]))
    if _EMAIL.fullmatch(text):
        return Terms(email=text)
    if receipt := _RECEIPT.fullmatch(text):
        prefix = (receipt[1] or "").upper()
        given = (receipt[2].upper(), int(receipt[3]))
        # A table may be called so too.
        return Terms(
            text, receipt=given, is_credit_note=prefix == "CN-", is_test=prefix == "TEST-", slip=text
        )
    # A page shows "Table 1 · Bangsar".
    first = text.partition(" · ")[0].strip()
    if named := _TABLE.fullmatch(first):
        return Terms(table=named[1] or named[2], is_named_table=True)
    number, last4, dish = _NUMBER.fullmatch(first), _LAST4.fullmatch(text), _DISH.fullmatch(text)
    return Terms(
        table=first,
        number=int(number[2]) if number else None,
        is_test=bool(number and number[1]),
        amounts=tuple(_amounts(first, currencies)),
        last4=last4[1] if last4 else "",
        slip=text if _SLIP.fullmatch(text) else "",
        dish=dish[1] if dish else "",
    )


def _amounts(text: str, currencies: Iterable[str]) -> Iterable[Money]:
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return
    digits = re.sub(r"['\u2019\s]", "", found[1])
    for currency in sorted(set(currencies)):
        for written in _readings(digits):
            try:
                money = parse_amount(written, currency)
            except ValueError:
                # More decimals than the currency has: nothing costs this.
                continue
            if money.minor < 2**62:
                yield money


def _readings(digits: str) -> set[str]:
    """The numbers that "1,182.32", "1.182,32" or "1,182" may mean, with a point before the decimals."""
    point, comma = digits.rfind("."), digits.rfind(",")
    if point >= 0 and comma >= 0:
        decimal, groups = (".", ",") if point > comma else (",", ".")
        return {digits.replace(groups, "").replace(decimal, ".")}
    mark = "," if comma >= 0 else "."
    readings = {digits.replace(mark, ".")}
    if re.fullmatch(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+", digits):
        readings.add(digits.replace(mark, ""))
    return readings


def orders_meant(tenant: Tenant, terms: Terms) -> Q:
    """A condition on orders: any reading of the text fits the order or one of its payments."""
    readings = [Q(pk__in=[])]
    if terms.table:
        same = "iexact" if terms.is_named_table else "icontains"
        readings.append(Q(**{f"table__name__{same}": terms.table}))
    if terms.is_named_table:
        # The table may be called so itself: "Table 7".
        readings.append(Q(table__name__iendswith=f" {terms.table}"))
    if terms.number is not None:
        of_test = Q(is_test=True) if terms.is_test else Q()
        readings.append(of_test & Q(number=terms.number))
    if terms.receipt and not terms.is_credit_note:
        series, given = terms.receipt
        readings.append(Q(receipt_series=series, receipt_number=given, is_test=terms.is_test))
    for money in terms.amounts:
        shown = Q(total_minor=money.minor) | Q(subtotal_minor=money.minor)
        readings.append(shown & Q(currency=money.currency))
    if terms.dish:
        lines = OrderLine.objects.filter(tenant=tenant, order_id=OuterRef("id"))
        called_so = Q(name__iexact=terms.dish) | Q(guest_name__iexact=terms.dish)
        readings.append(Q(Exists(lines.filter(called_so)), created_at__gte=now() - DISHES_BACK))
    if terms.row_ids:
        readings.append(Q(id__in=terms.row_ids))
    if terms.token:
        readings.append(Q(token=terms.token))
    of_payment = payments_meant(tenant, terms)
    if of_payment is not None:
        rows = Payment.objects.filter(of_payment, tenant=tenant, order__isnull=False)
        readings.append(Q(id__in=rows.values("order_id")))
    return reduce(or_, readings)


def _of_amount(tenant: Tenant, money: Money) -> Q:
    refunded = Refund.objects.filter(tenant=tenant, amount_minor=money.minor, currency=money.currency)
    disputed = Dispute.objects.filter(tenant=tenant, amount_minor=money.minor, currency=money.currency)
    return (
        Q(moved_minor=money.minor, moved_currency=money.currency)
        | Q(amount_minor=money.minor, currency=money.currency)
        | Q(tendered_minor=money.minor, currency=money.currency)
        | Q(id__in=refunded.values("payment_id"))
        | Q(id__in=disputed.values("payment_id"))
    )


def payments_meant(tenant: Tenant, terms: Terms) -> Q | None:
    """A condition on payments: what the text says of the payment itself, not of its order. None: nothing."""
    readings = [_of_amount(tenant, money) for money in terms.amounts]
    if terms.last4:
        declines = PaymentDecline.objects.filter(tenant=tenant, method__last4=terms.last4)
        readings.append(Q(method__last4=terms.last4) | Q(id__in=declines.values("payment_id")))
    if terms.slip:
        readings.append(Q(method__reference=terms.slip))
    if terms.email:
        readings.append(Q(guest_email__iexact=terms.email) | Q(taken_by__user__email__iexact=terms.email))
    if terms.masked_email:
        begins, domain = terms.masked_email
        readings.append(Q(guest_email__istartswith=begins, guest_email__iendswith=f"@{domain}"))
    if terms.ids:
        named = PaymentReference.objects.filter(tenant=tenant, value__in=terms.ids)
        declined = PaymentDecline.objects.filter(tenant=tenant, reference__in=terms.ids)
        refunded = Refund.objects.filter(tenant=tenant, reference__in=terms.ids)
        disputed = Dispute.objects.filter(tenant=tenant, reference__in=terms.ids)
        # By account, because that is how events are indexed.
        accounts = ProcessorAccount.objects.filter(tenant=tenant).values("id")
        told = WebhookEvent.objects.filter(tenant=tenant, account__in=accounts, dedupe_key__in=terms.ids)
        readings.append(
            Q(reference__in=terms.ids)
            | Q(id__in=named.values("payment_id"))
            | Q(id__in=declined.values("payment_id"))
            | Q(id__in=refunded.values("payment_id"))
            | Q(id__in=disputed.values("payment_id"))
            | Q(id__in=told.filter(payment__isnull=False).values("payment_id"))
        )
    if terms.receipt and terms.is_credit_note:
        series, given = terms.receipt
        noted = Refund.objects.filter(tenant=tenant, credit_series=series, credit_number=given)
        readings.append(Q(id__in=noted.values("payment_id")))
    if terms.row_ids:
        refunds = Refund.objects.filter(tenant=tenant, id__in=terms.row_ids)
        readings.append(Q(id__in=terms.row_ids) | Q(id__in=refunds.values("payment_id")))
    return reduce(or_, readings) if readings else None
