"""No guest is asked for a phone number or an account, and nothing could store one."""

from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps
from django.conf import settings

from duitpos.models import Order, Payment

PHONE = re.compile(r"(phone|mobile|tel|msisdn|whatsapp)", re.IGNORECASE)
GUESTS = Path(settings.PACKAGE) / "guest" / "templates"


def test_no_column_can_hold_a_phone_number() -> None:
    named = {
        (f"{model.__name__}.{field.name}", field.get_internal_type())
        for model in apps.get_app_config("duitpos").get_models()
        for field in model._meta.concrete_fields
        if PHONE.search(field.name)
    }
    # Whether the device that ordered was known, and which of the two a counter counts: "known", "unknown".
    assert named == {("Order.is_unknown_phone", "BooleanField"), ("StartCounter.phones", "CharField")}


def test_what_is_stored_of_a_guest_is_a_cookie_and_the_receipts_address() -> None:
    columns = {
        f"{model.__name__}.{field.name}"
        for model in (Order, Payment)
        for field in model._meta.concrete_fields
        if field.name.startswith("guest")
    }
    assert columns == {"Order.guest_token", "Payment.guest_email"}


def test_no_guest_page_has_a_field_for_a_phone_number_or_a_password() -> None:
    fields = [field for page in GUESTS.rglob("*.html") for field in _fields(page.read_text(encoding="utf-8"))]
    assert len(fields) > 10
    asks = re.compile(
        r'(type|autocomplete)="(tel|password|username|new-password)|name="[^"]*(phone|mobile)', re.I
    )
    assert [field for field in fields if asks.search(field)] == []
    assert asks.search('<input type="tel" name="x">')


def _fields(template: str) -> list[str]:
    """The HTML of its fields, with a letter in place of what the template puts there."""
    return re.findall(r"<(?:input|textarea|select)\b[^>]*>", re.sub(r"{%.*?%}|{{.*?}}", "x", template))
