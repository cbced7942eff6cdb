"""Tables, constraints, derived properties. Code that changes rows is in `domain`."""

from duitpos.models.account_health import AccountHealth
from duitpos.models.alert import Alert, AlertPolicy
from duitpos.models.audit import AuditEntry
from duitpos.models.day_close import DayClose, DayCloseSeries
from duitpos.models.dispute import Dispute
from duitpos.models.ledger import BusinessDay, LedgerEntry
from duitpos.models.menu import (
    ItemGroup,
    ItemPrice,
    ItemStock,
    MenuItem,
    MenuPhoto,
    MenuSection,
    MenuText,
    Modifier,
    ModifierGroup,
    ModifierStock,
)
from duitpos.models.order import LineSwap, Order, OrderEvent, OrderLine
from duitpos.models.outbox import OutboxEntry
from duitpos.models.payment import Payment, PaymentDecline, PaymentReference
from duitpos.models.payment_setup import PaymentType, PaymentTypeOffer, ProcessorAccount
from duitpos.models.people import Invitation, Membership, User
from duitpos.models.receipt import ReceiptSeries
from duitpos.models.refund import Refund, RefundLine
from duitpos.models.refund_limit import RefundLimit
from duitpos.models.service_call import ServiceCall
from duitpos.models.table import StartCounter, Table
from duitpos.models.tenant import Installation, Location, Tenant
from duitpos.models.totals import BusinessMonth, DayTotal, MonthTotal
from duitpos.models.visits import VisitCount
from duitpos.models.webhook_event import WebhookEvent

__all__ = [
    "AccountHealth",
    "Alert",
    "AlertPolicy",
    "AuditEntry",
    "BusinessDay",
    "BusinessMonth",
    "DayClose",
    "DayCloseSeries",
    "DayTotal",
    "Dispute",
    "Installation",
    "Invitation",
    "ItemGroup",
    "ItemPrice",
    "ItemStock",
    "LedgerEntry",
    "LineSwap",
    "Location",
    "Membership",
    "MenuItem",
    "MenuPhoto",
    "MenuSection",
    "MenuText",
    "Modifier",
    "ModifierGroup",
    "ModifierStock",
    "MonthTotal",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OutboxEntry",
    "Payment",
    "PaymentDecline",
    "PaymentReference",
    "PaymentType",
    "PaymentTypeOffer",
    "ProcessorAccount",
    "ReceiptSeries",
    "Refund",
    "RefundLimit",
    "RefundLine",
    "ServiceCall",
    "StartCounter",
    "Table",
    "Tenant",
    "User",
    "VisitCount",
    "WebhookEvent",
]
