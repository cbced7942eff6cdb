"""What a guest sent with Pay, and the checks that come before any write."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from duitpos.domain.checkout.options import PayOption, is_in_use, pay_options
from duitpos.domain.checkout.payment_page import PageLabels, PageUrls
from duitpos.domain.checkout.results import BelowMinimum, Changed, NotTakingOrders, OrderAtCounter
from duitpos.domain.errors import Code, Conflict, Invalid
from duitpos.domain.orders.cart import Cart, with_earlier
from duitpos.domain.orders.pricing import Quote
from duitpos.domain.orders.quote import quote
from duitpos.domain.tables.find import table_by_token
from duitpos.domain.tenancy.hours import takes_orders
from duitpos.kit.clean_text import storable
from duitpos.kit.clock import now
from duitpos.kit.ids import secret_token
from duitpos.kit.money import Money
from duitpos.models import PaymentType, Table, Tenant
from duitpos.models.payment_setup import MANUAL_KINDS
from duitpos.processors.capabilities import GuestDetail
from duitpos.processors.start import Payer

MOST_EMAIL = 254
MOST_NAME = 100
"""Characters."""


@dataclass(frozen=True)
class GuestCheckout:
    """One press of Pay. `seen_total_minor` is the total on the page where it was pressed."""

    tenant: Tenant
    table: Table
    guest_token: str
    checkout_key: str
    cart: Cart
    seen_total_minor: int | None
    labels: PageLabels
    """Texts for the processor's page."""
    urls: PageUrls
    payment_type_id: UUID | None = None
    has_looked: bool = False
    """Whether the phone's signed cookie says that it loaded the menu."""
    scanned_at: datetime | None = None
    """When that cookie was set: the phone had loaded the menu."""
    language: str = "en"
    """The guest's language code."""
    seen_twin: str | None = None
    """What the guest was warned of (same_cart.Twin.seen); None: they are not to be warned."""
    guest_email: str = ""
    guest_name: str = ""
    """As typed. Only a processor that needs them gets them."""

    @cached_property
    def quote(self) -> Quote:
        """The priced cart, computed once. `afresh` prices it again."""
        return quote(self.tenant, self.table.location, self.cart, self.language)

    def afresh(self) -> GuestCheckout:
        """Return the same request with the current restaurant, table, location and prices. Raises Gone.

        Use it after a call to the processor, which may have taken ten seconds.
        """
        tenant = Tenant.objects.get(id=self.tenant.id)
        return replace(self, tenant=tenant, table=table_by_token(tenant, self.table.token))

    def changed(self, why: str) -> Changed:
        """Show the guest this cart as it is sold now, under a new key."""
        return Changed(self.quote, with_earlier(self.cart, self.checkout_key), secret_token(), why)

    def refuse_while_closed(self) -> None:
        """Raise NotTakingOrders while the restaurant or the location takes no orders."""
        if not takes_orders(self.tenant, self.table.location, now()):
            raise NotTakingOrders(Code.LOCATION_CLOSED)

    def refuse_switched_off(self, option: PayOption) -> None:
        """Raise Conflict if the chosen option is no longer offered."""
        if not is_in_use(self.tenant, self.table.location, option):
            raise Conflict(Code.PAYMENT_TYPE_SWITCHED_OFF)

    def choose_option(self) -> PayOption:
        """Return the payment type that the guest chose, or the first.

        Raises OrderAtCounter, BelowMinimum, Conflict, and Invalid without what its processor needs of the guest.
        """
        total_minor = self.quote.totals.total_minor
        options = pay_options(self.tenant, self.table.location)
        if not options:
            raise OrderAtCounter(Code.ONLINE_PAYMENT_UNAVAILABLE)
        if total_minor == 0:
            raise OrderAtCounter(Code.NOTHING_TO_PAY)
        chosen = [one for one in options if self.payment_type_id in (None, one.payment_type_id)]
        if not chosen:
            raise Conflict(Code.PAYMENT_TYPE_SWITCHED_OFF)
        option = chosen[0]
        if total_minor < option.minimum_minor:
            minimum = Money(option.minimum_minor, option.currency)
            raise BelowMinimum(Code.BELOW_MINIMUM, amount=minimum, locale=self.table.location.locale)
        self.payer_for(option)
        return option

    @property
    def wants_counter(self) -> bool:
        """Whether the guest chose to pay staff. Makes one query."""
        manual = PaymentType.objects.filter(tenant=self.tenant, kind__in=MANUAL_KINDS)
        return self.payment_type_id in set(manual.values_list("id", flat=True))

    def payer_for(self, option: PayOption) -> Payer:
        """Return what the option's processor needs to know about the guest, and nothing else.

        Raises Invalid if it is missing or malformed.
        """
        email = name = ""
        if GuestDetail.EMAIL in option.needs:
            email = self.guest_email.strip()
            if not email:
                raise Invalid(Code.GUEST_EMAIL_MISSING, processor=option.processor_label)
            if not _is_email(email):
                raise Invalid(Code.GUEST_EMAIL_MALFORMED)
        if GuestDetail.NAME in option.needs:
            # Also without line breaks and other characters that no name has.
            printable = "".join(sign if sign.isprintable() else " " for sign in storable(self.guest_name))
            name = " ".join(printable.split())[:MOST_NAME].strip()
            if not name:
                raise Invalid(Code.GUEST_NAME_MISSING, processor=option.processor_label)
        return Payer(email, name)


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= MOST_EMAIL and text.isprintable()
