"""API calls about refunds."""

from stripe_sandbox.actions import refunds
from stripe_sandbox.api.expand import expanded
from stripe_sandbox.api.operations.operation import Call, find_object
from stripe_sandbox.errors import StripeError
from stripe_sandbox.params.fields import Expandable, merge_metadata
from stripe_sandbox.params.refunds import CreateRefund, UpdateRefund
from stripe_sandbox.store import Json


def create_refund(call: Call, params: CreateRefund) -> Json:
    record = refunds.create_refund(call.sandbox, call.caller.scope, params, call.caller.request)
    return expanded(call.sandbox, record, params.expand)


def update_refund(call: Call, params: UpdateRefund) -> Json:
    record = find_object(call, "refund")
    if params.metadata is not None:
        record.obj["metadata"] = merge_metadata(record.obj["metadata"], params.metadata)
        call.sandbox.store.save(record)
    return expanded(call.sandbox, record, params.expand)


def cancel_refund(call: Call, params: Expandable) -> Json:
    record = find_object(call, "refund")
    message = f"Refund {record.id} cannot be canceled: only refunds that await the customer's action can."
    raise StripeError(400, message, executed=True)
