"""Make a bill. Only the pinned request determines what is sent."""

from __future__ import annotations

from typing import Any

from duitpos.kit.money import Money
from duitpos.processors.capabilities import LineLimits
from duitpos.processors.errors import Failure, OwnCode
from duitpos.processors.references import References
from duitpos.processors.start import CheckoutRequest, Started
from tests.processors.example.amounts import to_text
from tests.processors.example.client import Client, path
from tests.processors.example.errors import kedai_error, translated
from tests.processors.example.reading import flag_of, object_of, text_of
from tests.processors.example.snapshots import form_of

LINES = LineLimits(most=20, name_length=60, description_length=0)
"""Limits of a bill; its page shows no description of a line."""
MOST_DESCRIPTION = 200


def start_bill(client: Client, request: CheckoutRequest) -> Started:
    """Make the bill. Raises ProcessorError; REFUSED also for amounts that Kedai Pay cannot charge exactly."""
    with translated():
        made = object_of(client.post(path("bills"), bill_parameters(request)))
        return Started(
            references=References(text_of(made, "bill")),
            next_step=form_of(made),
            expires_at=None,
            is_live=not flag_of(made, "test"),
        )


def bill_parameters(request: CheckoutRequest) -> dict[str, Any]:
    """The parameters of a bill. Raises AmountNotExact, or ProcessorError when the lines do not add up."""
    lines_total = sum(line.unit_minor * line.quantity for line in request.lines)
    if lines_total != request.amount_minor or not 0 < len(request.lines) <= LINES.most:
        raise kedai_error(Failure.REFUSED, OwnCode.LINES_DO_NOT_ADD_UP)
    parameters: dict[str, Any] = {
        "reference": request.our_reference,
        "amount": to_text(Money(request.amount_minor, request.currency)),
        "currency": request.currency,
        "description": request.description[:MOST_DESCRIPTION],
        "return_url": request.return_url,
        "language": request.locale,
        "payer": {"email": request.payer.email},
        "lines": [
            {
                "name": line.name[: LINES.name_length],
                "quantity": line.quantity,
                "amount": to_text(Money(line.unit_minor, request.currency)),
            }
            for line in request.lines
        ],
    }
    if request.webhook_url:
        parameters["callback_url"] = request.webhook_url
    return parameters
