"""What the evidence of a dispute says: the order, its times, the kitchen, the payment, the receipt and the terms.

It is in English, because banks read it; names stay as the restaurant wrote them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from duitpos.dashboard.texts.disputes import reason_words
from duitpos.dashboard.texts.orders import shown_timeline
from duitpos.domain.orders.attempts import AttemptDetails
from duitpos.domain.orders.guest_view import method_words
from duitpos.domain.orders.timeline import EntryKind, OrderDetails
from duitpos.kit.money import Money
from duitpos.models import Dispute, Location, Order, Payment, Tenant
from duitpos.models.order import OrderStatus
from duitpos.models.refund import RefundStatus
from duitpos.models.tenant import ServiceStyle
from duitpos.ui.when import exactly

Facts = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The parts of the document, as text."""

    title: str
    dispute: Facts
    order: Facts = field(default_factory=list)
    lines: Facts = field(default_factory=list)
    total: tuple[str, str] = ("", "")
    payment: Facts = field(default_factory=list)
    refunds: Facts = field(default_factory=list)
    timeline: Facts = field(default_factory=list)
    terms: list[str] = field(default_factory=list)

    @property
    def all_text(self) -> str:
        """Everything that is written."""
        rows = [*self.dispute, *self.order, *self.lines, *self.payment, *self.refunds, *self.timeline]
        return "".join([self.title, *self.terms, *(part for row in rows for part in row)])


def evidence_of(
    tenant: Tenant, dispute: Dispute, site: Location, details: OrderDetails | None, guest_url: str
) -> Evidence:
    """The evidence of a dispute; without an order, of its payment alone."""
    payment = dispute.payment
    about = _about_dispute(tenant, dispute, site)
    if details is None:
        return Evidence(_title(tenant, None), about, payment=_about_payment(payment, site, []))
    order = details.order
    attempt = next(one for one in details.payments if one.payment.id == payment.id)
    return Evidence(
        title=_title(tenant, order),
        dispute=about,
        order=_about_order(order, site, guest_url),
        lines=list(_lines(details, site.locale)),
        total=(_("Total"), Money(order.total_minor, order.currency).format(site.locale)),
        payment=_about_payment(
            payment, site, [(one.kind.replace("_", " "), one.value) for one in attempt.references]
        ),
        refunds=_refunds(attempt, site),
        timeline=_timeline(details, site),
        terms=_terms(order, site),
    )


def _title(tenant: Tenant, order: Order | None) -> str:
    if order is None or not order.label:
        return _("Evidence of a payment at %(restaurant)s") % {"restaurant": tenant.name}
    return _("Evidence of order %(number)s at %(restaurant)s") % {
        "number": order.label,
        "restaurant": tenant.name,
    }


def _about_dispute(tenant: Tenant, dispute: Dispute, site: Location) -> Facts:
    due = dispute.respond_by
    return [
        (_("Restaurant"), tenant.name),
        (_("Location"), ", ".join(part for part in (site.name, site.address) if part)),
        (_("Dispute"), dispute.reference),
        (_("Disputed amount"), dispute.amount.format(site.locale)),
        (_("Reason given"), reason_words(dispute)),
        (_("Opened"), exactly(dispute.opened_at, site.time_zone, site.locale)),
        (_("To be answered by"), exactly(due, site.time_zone, site.locale) if due else ""),
    ]


def _about_order(order: Order, site: Location, guest_url: str) -> Facts:
    def when(at: object) -> str:
        return exactly(at, site.time_zone, site.locale) if at else ""  # type: ignore[arg-type]

    return [
        (_("Order number"), order.label),
        (_("Receipt number"), order.receipt_label),
        (_("Table"), order.table.name if order.table else _("none: ordered to collect")),
        (_("Ordered"), when(order.created_at)),
        (_("Sent to the kitchen"), when(order.placed_at)),
        (_("The guest's note"), order.note),
        (_("Order id"), str(order.id)),
        (_("Receipt online"), guest_url),
    ]


def _lines(details: OrderDetails, locale: str) -> Iterator[tuple[str, str]]:
    order = details.order

    def amount(minor: int) -> str:
        return Money(minor, order.currency).format(locale)

    for line in details.lines:
        choices = ", ".join(choice["name"] for choice in line.modifiers)
        name = f"{line.quantity} × {line.name}" + (f" ({choices})" if choices else "")
        yield name, amount(line.total_minor)
    if order.service_charge_minor:
        yield _("Service charge"), amount(order.service_charge_minor)
    if order.tax_minor and not order.tax_is_inclusive:
        yield order.tax_name, amount(order.tax_minor)
    if order.tax_minor and order.tax_is_inclusive:
        yield _("of which %(tax)s") % {"tax": order.tax_name}, amount(order.tax_minor)


def _about_payment(payment: Payment, site: Location, references: Facts) -> Facts:
    method = payment.method
    paid = exactly(payment.settled_at, site.time_zone, site.locale) if payment.settled_at else ""
    return [
        (_("Paid"), payment.moved.format(site.locale)),
        (_("When"), paid),
        (_("With"), method_words(method)),
        (_("Country of the card"), method.get("country", "")),
        (_("Wallet"), method.get("wallet", "")),
        (_("On the statement"), method.get("statement", "")),
        (_("The guest's e-mail"), payment.guest_email),
        (_("Session"), payment.reference),
        *[(name.capitalize(), value) for name, value in references],
    ]


def _refunds(attempt: AttemptDetails, site: Location) -> Facts:
    made = (RefundStatus.SUCCEEDED, RefundStatus.PENDING)
    return [
        (
            exactly(one.created_at, site.time_zone, site.locale),
            " · ".join(part for part in (one.amount.format(site.locale), one.credit_label) if part),
        )
        for one in attempt.refunds
        if one.status in made
    ]


def _timeline(details: OrderDetails, site: Location) -> Facts:
    """What happened, without the processor's notices, which prove nothing to a bank."""
    shown = shown_timeline([one for one in details.timeline if one.kind != EntryKind.EVENT], site)
    return [
        (
            exactly(one.at, site.time_zone, site.locale),
            one.text + (f" ({one.actor})" if one.actor else ""),
        )
        for one in shown
    ]


def _terms(order: Order, site: Location) -> list[str]:
    """How an order came about. Nothing is said of the food unless the kitchen's rows say that it was served."""
    begins = (
        _("The guest scanned the code that stands on the table, at the restaurant.")
        if order.table
        else _("The guest ordered on their phone, to collect the order at the restaurant.")
    )
    brought = (
        _("When it was ready, the guest was called to collect it at the counter.")
        if site.service_style == ServiceStyle.COLLECTED
        else _("When it was ready, staff brought it to the table.")
    )
    served = [
        _("Food and drinks were made for this order. Staff recorded each step when they did it."),
        brought,
    ]
    return [
        begins,
        _(
            "Before paying, the guest saw every dish with its price, the service charge, the tax and the total, and"
            " confirmed them."
        ),
        *(served if order.status == OrderStatus.SERVED else []),
        _("The receipt was shown on the guest's phone at once, and stays at the address above."),
    ]
