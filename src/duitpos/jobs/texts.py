"""What the worker writes to guests."""

from __future__ import annotations

from django.utils.translation import gettext as _

from duitpos.models import Order, Payment, Tenant


def receipt_subject(tenant: Tenant) -> str:
    """The subject of a receipt."""
    return _("Your receipt from %(restaurant)s") % {"restaurant": tenant.name}


def receipt_text(tenant: Tenant, order: Order, payment: Payment, link: str) -> str:
    """A receipt. An order that waits for staff has no number yet, and an old one no receipt number."""
    facts = {
        "restaurant": tenant.name,
        "location": order.location.name,
        "number": order.label,
        "receipt": order.receipt_label,
        "amount": payment.moved.format(order.location.locale),
        "link": link,
    }
    if order.label and order.receipt_label:
        return (
            _(
                "Thank you for your order at %(restaurant)s, %(location)s.\n\n"
                "Order %(number)s\nPaid %(amount)s\nReceipt %(receipt)s\n\nYour order and receipt: %(link)s\n"
            )
            % facts
        )
    if order.label:
        return (
            _(
                "Thank you for your order at %(restaurant)s, %(location)s.\n\n"
                "Order %(number)s\nPaid %(amount)s\n\nYour order and receipt: %(link)s\n"
            )
            % facts
        )
    return (
        _(
            "Thank you for your order at %(restaurant)s, %(location)s.\n\n"
            "Our staff are checking your order.\nPaid %(amount)s\n\nYour order and receipt: %(link)s\n"
        )
        % facts
    )
