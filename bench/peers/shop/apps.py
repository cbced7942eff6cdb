"""Makes an order row of a paid session."""

from typing import Any

from django.apps import AppConfig


class Shop(AppConfig):
    """Its handler replaces dj-stripe's own, which would fetch the session from Stripe and store it as well."""

    name = "shop"

    def ready(self) -> None:
        from djstripe.signals import WEBHOOK_SIGNALS

        completed = WEBHOOK_SIGNALS["checkout.session.completed"]
        completed.receivers = []
        completed.connect(_make_order, weak=False)


def _make_order(event: Any, **_: Any) -> None:
    from shop.models import Order

    session = event.data["object"]
    Order.objects.create(
        session=session["id"],
        amount_minor=session["amount_total"],
        currency=session["currency"],
        guest_email=session["customer_details"]["email"],
    )
