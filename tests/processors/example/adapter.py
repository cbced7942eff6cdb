"""The adapter of Kedai Pay, an imaginary processor (server/README.md): the example in docs/processors.md.

It is unlike Stripe wherever it can be: three credentials, a form instead of an address, a signature with a public key,
no idempotency key, no end of a page, no list of events, no disputes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from duitpos.kit.money import Money
from duitpos.processors.base import AccountFacts, Adapter, Processor
from duitpos.processors.capabilities import (
    Capabilities,
    GuestDetail,
    PaysBy,
    RefundAbility,
    StartRepeat,
    WebhookAddress,
)
from duitpos.processors.credentials import (
    CredentialProblem,
    Credentials,
    CurrencyProblem,
    Mode,
)
from duitpos.processors.errors import Failure, OwnCode
from duitpos.processors.events import Delivery
from duitpos.processors.references import PAGE, References
from duitpos.processors.snapshots import PaymentSnapshot, RefundSnapshot, RefundsSeen, SnapshotState
from duitpos.processors.start import CheckoutRequest, Started
from tests.processors.example import credentials
from tests.processors.example.amounts import CURRENCY, to_text
from tests.processors.example.client import Client, path
from tests.processors.example.credentials import API_PASSWORD, MERCHANT_CODE
from tests.processors.example.errors import LABEL, kedai_error, translated
from tests.processors.example.events import verify_and_parse
from tests.processors.example.reading import list_of, object_of, text_of
from tests.processors.example.snapshots import bill_snapshot, charge_snapshot, refund_snapshot, refunded
from tests.processors.example.start import LINES, start_bill
from tests.processors.example.webhooks import Callbacks

_CLOSEST_TO_PAID = (
    SnapshotState.PAID,
    SnapshotState.PROCESSING,
    SnapshotState.AUTHORIZED,
    SnapshotState.OPEN,
    SnapshotState.FAILED,
)

CAN = Capabilities(
    webhook_address=WebhookAddress.OWN,
    start_repeat=StartRepeat.UNSAFE,
    can_find=True,
    expiry=None,
    events_kept=None,
    lists_started=False,
    has_disputes=False,
    lists_disputes=False,
    has_warnings=False,
    lists_fees=False,
    refund=RefundAbility(has_tag=False, is_listed=False),
    lines=LINES,
    needs=(GuestDetail.EMAIL,),
    pays_by=PaysBy.PAGE,
    minimum_minor={CURRENCY: 100},
)
"""Kedai Pay as most merchants have it."""
REFUSES_DUPLICATES = replace(CAN, start_repeat=StartRepeat.REFUSED)
"""For a merchant whose bills must differ in their reference."""
CANNOT_FIND = replace(CAN, can_find=False)
"""For a merchant that may not list its bills."""


class ExampleAdapter(Adapter):
    """Implements Adapter for Kedai Pay. `can` is a choice only so that tests can have each kind of merchant."""

    name = "example"
    label = LABEL
    credential_fields = credentials.FIELDS
    guide_events = ()
    api_version = ""

    def __init__(self, can: Capabilities = CAN) -> None:
        self.can = can

    def judge(self, pasted: Credentials) -> Sequence[CredentialProblem]:
        """The problems of pasted texts, by their form alone."""
        return credentials.problems(pasted)

    def mode(self, pasted: Credentials, endpoint: str) -> Mode | None:
        """Nothing in the credentials tells; the first bill does."""
        return None

    def open(self, pasted: Credentials, endpoint: str) -> ExampleProcessor:
        """Open an account for one piece of work."""
        return ExampleProcessor(pasted, endpoint)

    def read_event(
        self, body: bytes, headers: Mapping[str, str], verifiers: Iterable[Credentials]
    ) -> Delivery:
        """Verify and read a delivery. Raises SignatureInvalid."""
        return verify_and_parse(body, headers, verifiers)

    def currency_problem(self, currency: str) -> CurrencyProblem | None:
        """Kedai Pay takes ringgit only."""
        return None if currency == CURRENCY else CurrencyProblem.NOT_TAKEN


class ExampleProcessor(Processor):
    """An open account at Kedai Pay. All methods raise ProcessorError."""

    def __init__(self, pasted: Credentials, endpoint: str) -> None:
        self._merchant_code = pasted.get(MERCHANT_CODE, "")
        self._client = Client(self._merchant_code, pasted.get(API_PASSWORD, ""), endpoint)
        self.endpoints = Callbacks(self._client)

    def check(self) -> AccountFacts:
        """Fetch the merchant. Its code is its id: with a new password it is the same account."""
        with translated():
            merchant = object_of(self._client.get(path("merchant")))
            return AccountFacts(
                external_id=self._merchant_code,
                name=text_of(merchant, "name", 120),
                country=text_of(merchant, "country", 2),
                currency=text_of(merchant, "currency", 3),
                mode=None,
                can_charge=True,
            )

    def start(self, request: CheckoutRequest, key: str) -> Started:
        """Make a bill. `key` is not used: the same call again would make another bill."""
        return start_bill(self._client, request)

    def fetch(self, references: References) -> PaymentSnapshot:
        """Fetch a bill by its id, or one payment of a bill that was paid more than once."""
        bill = references.of(PAGE) or references.main
        if not bill:
            raise kedai_error(Failure.NOT_FOUND, OwnCode.NO_REFERENCE)
        with translated():
            found = object_of(self._client.get(path("bills", bill)))
            if references.of(PAGE):
                return charge_snapshot(found, references.main)
            return bill_snapshot(found)

    def find(self, our_reference: str) -> PaymentSnapshot | None:
        """Find a bill by our reference. Of several, the one that has gone furthest towards being paid."""
        with translated():
            answer = object_of(self._client.get(path("bills"), reference=our_reference))
            found = [bill_snapshot(object_of(bill)) for bill in list_of(answer, "bills")]
        return min(found, key=lambda one: _CLOSEST_TO_PAID.index(one.state), default=None)

    def cancel(self, references: References) -> PaymentSnapshot:
        """A bill cannot be canceled: return it as it is."""
        return self.fetch(references)

    def refund(
        self, references: References, amount: Money, key: str, our_refund: str, reason: str
    ) -> RefundSnapshot:
        """Refund a payment, with one try. Kedai Pay keeps nothing of `key`, `our_refund` and `reason`."""
        with translated():
            body = {"amount": to_text(amount)}
            return refund_snapshot(object_of(self._client.post(_refunds(references), body)))

    def refunds_of(self, references: References) -> RefundsSeen:
        """The sum of a payment's refunds; Kedai Pay does not list them."""
        with translated():
            return RefundsSeen(None, refunded(object_of(self._client.get(_refunds(references)))))


def _refunds(references: References) -> str:
    """The refunds of a bill's first payment, or of a further one."""
    kind = "payments" if references.of(PAGE) else "bills"
    if not references.main:
        raise kedai_error(Failure.NOT_FOUND, OwnCode.NO_REFERENCE)
    return path(kind, references.main, "refunds")
