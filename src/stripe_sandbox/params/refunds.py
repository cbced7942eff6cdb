"""Parameters of refunds."""

from typing import Annotated, Literal

from pydantic import Field

from stripe_sandbox.params.fields import Bool, Currency, Expandable, Int, Metadata, MetadataUpdate, Text


class CreateRefund(Expandable):
    """`POST /v1/refunds`."""

    amount: Int | None = None
    charge: Text | None = None
    currency: Currency | None = None
    customer: Text | None = None
    instructions_email: Text | None = None
    metadata: Metadata = {}
    origin: Annotated[str, Field(pattern="^customer_balance$")] | None = None
    payment_intent: Text | None = None
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None = None
    refund_application_fee: Bool | None = None
    reverse_transfer: Bool | None = None


class UpdateRefund(Expandable):
    """`POST /v1/refunds/{id}`."""

    metadata: MetadataUpdate | None = None
