"""Uses an upgraded database as its owner, a guest and the worker do; writes the results as JSON."""

from __future__ import annotations

import html
import json
import sys

import django

django.setup()

from django.test import Client  # noqa: E402

from duitpos.domain.alerts.offers import Action  # noqa: E402
from duitpos.domain.alerts.queries import open_alerts  # noqa: E402
from duitpos.domain.payments.outbox.run import run_outbox  # noqa: E402
from duitpos.domain.staff_actions.resolve_alert import act  # noqa: E402
from duitpos.models import Membership, Order, OutboxEntry, ProcessorAccount, Tenant  # noqa: E402

WRITTEN = (
    "MYR 24.00 moved, “MYR 25.00” was asked for.",
    "Stripe does not answer.",
    "The key was refused.",
    "The last payment could not be started. Not in your country.",
    "The card has expired.",
)
"""Sentences that the version before wrote into its rows (test_upgrade.py)."""


def main() -> None:
    tenant = Tenant.objects.get()
    owner = Membership.objects.select_related("user", "tenant").get(tenant=tenant)
    client = Client()
    client.force_login(owner.user, "allauth.account.auth_backends.AuthenticationBackend")
    orders = Order.objects.filter(tenant=tenant).order_by("created_at")
    pages = [
        f"/kopi/dashboard/{name}/" for name in ("orders", "orders/waiting", "attention", "payment-types")
    ]
    (account,) = ProcessorAccount.objects.filter(tenant=tenant)
    pages.append(f"/kopi/dashboard/payment-types/{account.payment_type_id}/")
    pages += [f"/kopi/dashboard/orders/{order.id}/" for order in orders]
    pages += [f"/kopi/o/{order.token}/" for order in orders]
    answers = {page: client.get(page, headers={"host": "testserver"}) for page in pages}
    statuses = {page: answer.status_code for page, answer in answers.items()}
    text = html.unescape(" ".join(answer.content.decode() for answer in answers.values()))
    undone = OutboxEntry.objects.get(tenant=tenant, done_at__isnull=True)
    (row,) = open_alerts(tenant)
    act(owner, row.alert.id, Action.SERVE)
    seen = {
        "not served": {page: status for page, status in statuses.items() if status != 200},
        "not shown": [sentence for sentence in WRITTEN if sentence not in text],
        "retried because": undone.problem,
        "alert": row.alert.kind,
        "alerts afterwards": len(open_alerts(tenant)),
        "orders": [order.status for order in orders.all()],
        "outbox": run_outbox(),
        "outbox undone": OutboxEntry.objects.filter(tenant=tenant, done_at__isnull=True).count(),
    }
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
