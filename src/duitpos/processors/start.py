"""What a start call takes and answers (docs/money-path.md: M5, M10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from duitpos.processors.references import Correlation, References


@dataclass(frozen=True, slots=True)
class LineItem:
    """A line on the processor's page. The sum of `unit_minor` times `quantity` over all lines is the amount."""

    name: str
    unit_minor: int
    quantity: int
    description: str = ""


@dataclass(frozen=True, slots=True)
class Payer:
    """What the guest told about themselves because the processor needs it (Capabilities.needs); usually empty."""

    email: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """All parameters of a start call. The payment stores them before the call, so that a retry sends the same."""

    correlation: Correlation
    amount_minor: int
    currency: str
    lines: tuple[LineItem, ...]
    return_url: str
    """Where the guest goes after paying. It takes GET and POST; nothing in its query or form is believed."""
    cancel_url: str
    expires_at: int
    """Unix seconds, within Capabilities.expiry."""
    description: str
    locale: str
    api_version: str = ""
    """The processor's API version (Adapter.api_version) when the request was made; a retry uses it again."""
    webhook_url: str = ""
    """This account's own webhook address, for processors that take it with each payment."""
    payer: Payer = field(default_factory=Payer)

    @property
    def our_reference(self) -> str:
        """At most 40 characters that name this attempt, for a processor that keeps only one text of ours."""
        return self.correlation.short

    def to_json(self) -> dict[str, Any]:
        """JSON values for the payment's row."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> CheckoutRequest:
        """The stored request."""
        plain = dict(value)
        # Rows from before migration 0009 call it "mark".
        plain["correlation"] = Correlation(**plain.pop("mark", None) or plain["correlation"])
        plain["lines"] = tuple(LineItem(**line) for line in plain["lines"])
        # Rows from before migration 0015 call it "success_url".
        if "success_url" in plain:
            plain["return_url"] = plain.pop("success_url")
        plain["payer"] = Payer(**plain.get("payer", {}))
        return cls(**plain)


@dataclass(frozen=True, slots=True)
class Redirect:
    """The guest goes on to this address."""

    url: str


@dataclass(frozen=True, slots=True)
class FormPost:
    """The guest's browser posts this form. `goes_on_to`: origins to which the processor may redirect the answer."""

    url: str
    fields: tuple[tuple[str, str], ...]
    goes_on_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShowCode:
    """The guest scans or saves this code and pays in another app.

    `payload` is the text in the QR code, `kind` its name, such as DuitNow QR. `poll_after`: seconds between two looks
    at the payment, because nobody comes back from another app.
    """

    payload: str
    kind: str
    expires_at: datetime | None = None
    poll_after: int = 5


NextStep = Redirect | FormPost | ShowCode


@dataclass(frozen=True, slots=True)
class Started:
    """The answer to a start call.

    `next_step` is None when nothing is left for the guest to do. `expires_at` is None when the processor keeps no end.
    `is_live` is None when the answer does not say it.
    """

    references: References
    next_step: NextStep | None
    expires_at: datetime | None
    is_live: bool | None = None

    @property
    def reference(self) -> str:
        """The main reference."""
        return self.references.main


def next_step_to_json(step: NextStep | None) -> dict[str, Any]:
    """JSON values for the payment's row; empty for None."""
    match step:
        case None:
            return {}
        case Redirect():
            return {"redirect": step.url}
        case FormPost():
            return {
                "post": step.url,
                "fields": [list(pair) for pair in step.fields],
                "goes_on_to": list(step.goes_on_to),
            }
        case ShowCode():
            return {
                "code": step.payload,
                "kind": step.kind,
                "expires_at": step.expires_at.isoformat() if step.expires_at else None,
                "poll_after": step.poll_after,
            }


def next_step_from_json(value: Mapping[str, Any]) -> NextStep | None:
    """The stored next step; None for none."""
    if "redirect" in value:
        return Redirect(value["redirect"])
    if "post" in value:
        fields = tuple((name, text) for name, text in value["fields"])
        return FormPost(value["post"], fields, tuple(value["goes_on_to"]))
    if "code" in value:
        ends = value["expires_at"]
        return ShowCode(
            value["code"], value["kind"], datetime.fromisoformat(ends) if ends else None, value["poll_after"]
        )
    return None
