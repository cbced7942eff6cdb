"""The ids of a payment: the processor's, and ours in what we create at the processor (docs/money-path.md: M7, M19)."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

DIGEST = 8
PAGE = "page"
"""The kind of the page's own id, for further money from one page."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One further id of a payment at the processor. `kind` is the adapter's own word for it."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class References:
    """The processor's ids of one payment.

    `main` is what start() answered: with it the payment is fetched and canceled. It is empty until the answer is known,
    and in an event that does not name it. For further money from one page (PaymentSnapshot.charges), `main` is the
    charge's id, and `of(PAGE)` the id of the page.
    """

    main: str = ""
    others: tuple[Reference, ...] = ()

    @classmethod
    def named(cls, main: str = "", **others: str) -> References:
        """Build them from the main id and further ids by kind; empty ones are left out."""
        return cls(main, tuple(Reference(kind, value) for kind, value in others.items() if value))

    def of(self, kind: str) -> str:
        """The id of this kind; empty when unknown."""
        return next((one.value for one in self.others if one.kind == kind), "")

    def __bool__(self) -> bool:
        return bool(self.main or self.others)


@dataclass(frozen=True, slots=True)
class Correlation:
    """Our ids in what we create at a processor. They identify it as ours.

    A processor that keeps only one text of ours gets `short`. Read back with `from_short`, the tenant is empty, and
    `installation` is a digest of both.
    """

    installation: str
    tenant: str
    payment: str

    @property
    def short(self) -> str:
        """40 hex digits: the payment's id, then a digest of installation and tenant."""
        return f"{UUID(self.payment).hex}{_digest(self.installation, self.tenant)}"

    @classmethod
    def from_short(cls, text: object) -> Correlation | None:
        """Read `short` back; None when the text is not one."""
        if not isinstance(text, str) or len(text) != 32 + DIGEST:
            return None
        payment, digest = text[:32], text[32:].lower()
        try:
            int(digest, 16)
            return cls(installation=digest, tenant="", payment=str(UUID(payment)))
        except ValueError:
            return None

    def names(self, installation: str, tenant: str) -> bool:
        """Whether this installation made it for this restaurant."""
        if not self.tenant:
            return self.installation == _digest(installation, tenant)
        return (self.installation, self.tenant) == (installation, tenant)


def _digest(installation: str, tenant: str) -> str:
    """The same for both ways of writing an id. Two restaurants of one merchant must not take each other's money."""
    return sha256(f"{UUID(installation)}/{UUID(tenant)}".encode()).hexdigest()[:DIGEST]
