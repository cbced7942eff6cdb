"""Two restaurants with one row of every kind each, and clients for everyone who might request their pages."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.test import Client

from duitpos.domain.alerts.open import open_alert
from duitpos.domain.people.invitations import invite
from duitpos.domain.reporting.day_close.close_day import Drawer, close_day
from duitpos.domain.reporting.day_close.state import today
from duitpos.kit.clock import now
from duitpos.kit.ids import secret_token
from duitpos.kit.tenancy import TenantModel, across_tenants
from duitpos.models import (
    Alert,
    Dispute,
    Location,
    Membership,
    Modifier,
    Order,
    OrderLine,
    Payment,
    ProcessorAccount,
    Refund,
    RefundLine,
    ServiceCall,
    Table,
    User,
)
from duitpos.models.alert import AlertKind
from duitpos.models.payment_setup import AccountState
from duitpos.models.people import Role
from tests.support.restaurant import (
    Restaurant,
    a_group,
    a_member,
    a_restaurant,
    a_table,
    an_item,
    online_type,
)


@dataclass
class TenantRows:
    """One restaurant. `values` are the parameters of its URLs."""

    restaurant: Restaurant
    table: Table
    orders: dict[str, Order]
    values: dict[str, str]
    texts: tuple[str, ...]
    """Texts that appear only in its rows."""
    clients: dict[str, Client] = field(default_factory=dict)


def a_tenant_with_rows(slug: str, site: str) -> TenantRows:
    """A restaurant with a paid order, a held one, an Alert, a payment type with an account, a table."""
    restaurant = a_restaurant(slug, name=f"site-of-{slug}")
    tenant = restaurant.tenant
    Location.objects.filter(tenant=tenant).update(slug=site)
    table = a_table(restaurant.location, f"table-of-{slug}")
    item = an_item(tenant, f"dish-of-{slug}", 1250)
    choice_id = a_group(item, (f"choice-of-{slug}", 0))[f"choice-of-{slug}"]
    choice = Modifier.objects.get(tenant=tenant, id=choice_id)
    call = ServiceCall.objects.create(
        tenant=tenant, location=restaurant.location, table=table, kind="staff", created_at=now()
    )
    kind = online_type(tenant)
    account = ProcessorAccount.objects.create(
        tenant=tenant,
        payment_type=kind,
        processor="stripe",
        external_id=f"acct_{slug}",
        state=AccountState.ACTIVE,
        name=f"account-of-{slug}",
    )
    orders = {status: _an_order(restaurant, table, item, status) for status in ("placed", "held")}
    paid = _a_payment(orders["placed"], account, "succeeded")
    _a_payment(orders["held"], account, "pending")
    open_alert(
        tenant.id,
        AlertKind.LATE_MONEY,
        paid.id,
        now(),
        order=orders["placed"],
        payment=paid,
        amount=paid.moved,
    )
    dispute = Dispute.objects.create(
        tenant=tenant,
        payment=paid,
        reference=f"du_{slug}",
        status="needs_response",
        amount_minor=1250,
        currency="MYR",
        reason=f"dispute-of-{slug}",
        opened_at=now(),
        said_at=now(),
    )
    values = {
        "tenant": slug,
        "token": table.token,
        "language": "en",
        "order_token": orders["placed"].token,
        "order_id": str(orders["placed"].id),
        "payment_id": str(paid.id),
        **_a_refund(paid),
        "alert_id": str(Alert.objects.get(tenant=tenant).id),
        "action": "done",
        "type_id": str(kind.id),
        "account_id": str(account.id),
        "table_id": str(table.id),
        "location": site,
        "section_id": str(item.section_id),
        "item_id": str(item.id),
        "group_id": str(choice.group_id),
        "modifier_id": str(choice.id),
        "call_id": str(call.id),
        "dispute_id": str(dispute.id),
        "member_id": str(a_member(tenant, "cashier", f"former@{slug}.example").id),
        **_an_invitation(restaurant),
        "processor": "stripe",
        "kind": "csv",
        "day": _a_closed_day(restaurant),
        "to": "preparing",
        "stock_kind": "item",
        "stock_do": "1h",
    }
    texts = (
        *(f"{what}-of-{slug}" for what in ("site", "table", "dish", "choice", "account", "note")),
        f"guest@{slug}.example",
    )
    return TenantRows(restaurant, table, orders, values, texts)


def _an_invitation(restaurant: Restaurant) -> dict[str, str]:
    made, token = invite(restaurant.owner, "kitchen")
    return {"invitation_id": str(made.id), "invitation": token}


def _a_refund(payment: Payment) -> dict[str, str]:
    """A refund made at the processor, of which nobody has said what it was for, and a refunded line."""
    asked = Refund.objects.create(
        tenant_id=payment.tenant_id,
        payment=payment,
        source="processor",
        status="succeeded",
        amount_minor=100,
        currency="MYR",
        created_at=now(),
        reference="re_outside",
    )
    made = Refund.objects.create(
        tenant_id=payment.tenant_id,
        payment=payment,
        status="succeeded",
        amount_minor=1,
        currency="MYR",
        items_minor=1,
        created_at=now(),
    )
    line = RefundLine.objects.create(
        tenant_id=payment.tenant_id,
        refund=made,
        order_line=OrderLine.objects.get(tenant=payment.tenant_id, order=payment.order),
        quantity=1,
        items_minor=1,
    )
    return {"refund_id": str(asked.id), "refund_line_id": str(line.id)}


def _a_closed_day(restaurant: Restaurant) -> str:
    day = today(restaurant.location, now()) - timedelta(days=1)
    close_day(restaurant.owner, restaurant.location, day, 0, Drawer(note=f"note-of-{restaurant.tenant.slug}"))
    return day.isoformat()


def _an_order(restaurant: Restaurant, table: Table, item: Any, status: str) -> Order:
    at = now()
    order = Order.objects.create(
        tenant=restaurant.tenant,
        location=restaurant.location,
        table=table,
        status=status,
        guest_token=secret_token(),
        checkout_key=secret_token(),
        contents="digest",
        note=f"note-of-{restaurant.tenant.slug}",
        currency="MYR",
        subtotal_minor=1250,
        total_minor=1250,
        created_at=at,
        placed_at=at if status == "placed" else None,
        business_date=at.date() if status == "placed" else None,
        number=1 if status == "placed" else None,
    )
    OrderLine.objects.create(
        tenant=restaurant.tenant,
        order=order,
        position=0,
        item=item,
        name=item.name,
        quantity=1,
        unit_price_minor=1250,
        total_minor=1250,
    )
    return order


def _a_payment(order: Order, account: ProcessorAccount, status: str) -> Payment:
    at = now()
    paid = status == "succeeded"
    return Payment.objects.create(
        tenant_id=order.tenant_id,
        order=order,
        account=account,
        payment_type=account.payment_type,
        location=order.location,
        status=status,
        amount_minor=1250,
        currency="MYR",
        created_at=at,
        reference=f"cs_{status}_{order.tenant_id.hex}",
        moved_minor=1250 if paid else None,
        moved_currency="MYR" if paid else "",
        settled_at=at if paid else None,
        guest_email=f"guest@{order.tenant.slug}.example" if paid else "",
    )


def signed_in(member: Membership) -> Client:
    """A client signed in as this member."""
    client = Client()
    client.force_login(member.user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


@dataclass
class TwoRestaurants:
    """`own` is the restaurant under test; `other` is another one. `clients` are clients by their user."""

    own: TenantRows
    other: TenantRows
    clients: dict[str, Client]


def two_restaurants() -> TwoRestaurants:
    """Both restaurants, a guest, the other's owner, one member of each role, and a former member."""
    own, other = a_tenant_with_rows("kopi", "bangsar"), a_tenant_with_rows("teh", "ipoh")
    tenant = own.restaurant.tenant
    left = a_member(tenant, Role.MANAGER, "left@kopi.example")
    Membership.objects.filter(tenant=tenant, id=left.id).update(is_active=False)
    barred = a_member(tenant, Role.MANAGER, "barred@kopi.example")
    clients: dict[str, Client] = {
        "anonymous": Client(),
        "another restaurant's owner": signed_in(other.restaurant.owner),
        "a manager who left": signed_in(left),
        "a barred user": signed_in(barred),
        "owner": signed_in(own.restaurant.owner),
        **{
            str(role): signed_in(a_member(tenant, role))
            for role in (Role.MANAGER, Role.CASHIER, Role.KITCHEN)
        },
    }
    User.objects.filter(id=barred.user_id).update(is_active=False)
    return TwoRestaurants(own, other, clients)


def all_rows() -> str:
    """A digest of all our rows: it is equal before and after if nothing was changed."""
    rows: list[str] = []
    with across_tenants("a test looks whether anything changed"):
        for model in apps.get_app_config("duitpos").get_models():
            if issubclass(model, TenantModel) or model is User:
                rows += [
                    f"{model.__name__}{row}" for row in model._default_manager.order_by("pk").values_list()
                ]
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
