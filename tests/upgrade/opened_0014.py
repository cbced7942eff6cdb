"""Uses a database upgraded from migration 0014 as its owner and its guests do; writes the results as JSON."""

from __future__ import annotations

import html
import json
import sys

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from duitpos.domain.payments.outbox.run import run_outbox  # noqa: E402
from duitpos.domain.payments.references import payment_of_references, references_of  # noqa: E402
from duitpos.models import Membership, Order, OutboxEntry, Payment, PaymentType, ProcessorAccount, Tenant  # noqa: E402
from duitpos.processors.references import References  # noqa: E402
from duitpos.processors.start import CheckoutRequest  # noqa: E402
from duitpos.processors.stripe.start import session_params  # noqa: E402


def main() -> None:
    tenant = Tenant.objects.get()
    owner = Membership.objects.select_related("user").get(tenant=tenant, role="owner")
    client = Client()
    client.force_login(owner.user, "allauth.account.auth_backends.AuthenticationBackend")
    orders = list(Order.objects.filter(tenant=tenant).order_by("created_at"))
    (account,) = ProcessorAccount.objects.filter(tenant=tenant)
    payments = list(Payment.objects.filter(tenant=tenant).order_by("created_at"))
    base = f"/{tenant.slug}/dashboard"
    pages = [f"{base}/{name}/" for name in ("orders", "orders/waiting", "attention", "payment-types")]
    pages.append(f"{base}/payment-types/{account.payment_type_id}/")
    pages += [f"{base}/orders/{order.id}/" for order in orders]
    pages += [f"/{tenant.slug}/o/{order.token}/" for order in orders]
    answers = {page: client.get(page, headers={"host": "testserver"}) for page in pages}
    text = html.unescape(" ".join(answer.content.decode() for answer in answers.values()))
    named = [references_of(payment) for payment in payments]
    further = [one.others for one in named]
    found = [payment_of_references(account, References("", others)) for others in further if others]
    stored = account.read_credentials()
    requests = [CheckoutRequest.from_json(payment.checkout_request) for payment in payments]
    seen = {
        "not served": {page: one.status_code for page, one in answers.items() if one.status_code != 200},
        "ids": [[one.kind for one in others] for others in further],
        "named on the page": [others[0].value in text for others in further if others],
        "pages": [payment.next_step["redirect"] for payment in payments],
        "found by id": [row is not None and row.order_id is not None for row in found],
        "success urls": [session_params(request)["success_url"] for request in requests],
        "keys": [stored.current["secret_key"], stored.current["webhook_secret"]],
        "previous": [one["webhook_secret"] for one in stored.previous],
        "queue": [name for name in connection.introspection.table_names() if "tasks" in name],
        "outbox": run_outbox(),
        "receipts": sorted(
            OutboxEntry.objects.filter(tenant=tenant, kind="receipt").values_list("outcome", "tries")
        ),
        "types": dict(PaymentType.objects.filter(tenant=tenant).values_list("code", "kind")),
    }
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
