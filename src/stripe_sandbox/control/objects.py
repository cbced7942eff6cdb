"""The control call that lists all objects of a kind."""

from starlette.requests import Request

from stripe_sandbox.api.expand import api_object
from stripe_sandbox.control.body import Handlers
from stripe_sandbox.control.webhooks import endpoint_facts
from stripe_sandbox.errors import ControlError
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json

# Word in the path → kind of record.
KINDS = {
    "sessions": "session",
    "payment_intents": "payment_intent",
    "charges": "charge",
    "refunds": "refund",
    "disputes": "dispute",
    "early_fraud_warnings": "early_fraud_warning",
    "reviews": "review",
    "balance_transactions": "balance_transaction",
    "endpoints": "endpoint",
    "events": "event",
}


class ObjectControl:
    """Handler of this call."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def show_all(self, request: Request, body: Json) -> Json:
        word, account = request.path_params["kind"], request.query_params.get("account")
        if word not in KINDS:
            raise ControlError(f"no such list: {word}", 404)
        data = []
        for record in self._sandbox.store.newest(KINDS[word]):
            if account in (None, record.account):
                shown = api_object(self._sandbox, record)
                data.append(endpoint_facts(record) if record.kind == "endpoint" else shown)
        return {"data": data}


def handlers(sandbox: Sandbox) -> Handlers:
    """Control calls by method and path."""
    return {("GET", "/{kind}"): ObjectControl(sandbox).show_all}
