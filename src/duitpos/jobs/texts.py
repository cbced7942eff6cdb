"""What the worker writes to guests."""

from __future__ import annotations

from django.utils.translation import gettext as _

from duitpos.domain.orders.guest_refunds import GuestRefund, RefundView
from duitpos.models import Order, Payment, Tenant
from duitpos.web.texts.refunds import dish_texts, guest_refund_text


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


def refund_mail_subject(tenant: Tenant) -> str:
    """The subject of a mail about a refund."""
    return _("Your refund from %(restaurant)s") % {"restaurant": tenant.name}


def refund_mail_text(tenant: Tenant, order: Order, seen: GuestRefund, link: str) -> str:
    """What became of a refund, its dishes, and its credit note."""
    lines = [guest_refund_text(seen, order.location.locale), *dish_texts(seen)]
    if seen.refund.credit_label:
        lines.append(_("Credit note %(number)s.") % {"number": seen.refund.credit_label})
    if seen.view in (RefundView.DONE, RefundView.UNDER_WAY):
        lines.append(_("Your bank may take a few days to show it."))
    facts = {"restaurant": tenant.name, "what": "\n".join(lines), "number": order.label, "link": link}
    if order.label:
        text = _("Order %(number)s at %(restaurant)s.\n\n%(what)s\n\nYour order and receipt: %(link)s\n")
    else:
        text = _("Your order at %(restaurant)s.\n\n%(what)s\n\nYour order and receipt: %(link)s\n")
    return text % facts
