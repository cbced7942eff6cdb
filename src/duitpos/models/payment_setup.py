"""Payment types, and the processor accounts behind them."""

from __future__ import annotations

from django.db import models

from duitpos.kit.crypto import vault
from duitpos.kit.tenancy import TenantForeignKey, TenantModel
from duitpos.models.credentials import StoredCredentials


class PaymentKind(models.TextChoices):
    """How it is paid: through a processor on the guest's phone, or to staff, who confirm it (processors/manual.py)."""

    ONLINE = "online"
    CASH = "cash"
    CARD_TERMINAL = "card_terminal"
    E_WALLET = "e_wallet"

    @property
    def is_online(self) -> bool:
        """Whether a processor moves the money, and says so itself."""
        return self is PaymentKind.ONLINE


MANUAL_KINDS = tuple(kind.value for kind in PaymentKind if not kind.is_online)
"""Kinds whose money staff take. The account of such a type has its kind as processor (decision 0021)."""


class PaymentType(TenantModel):
    """The choice for staff and guests, and the grouping of reports: Cash, Online Payment."""

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=20, choices=PaymentKind.choices, default=PaymentKind.ONLINE)
    is_active = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0, help_text="Guests and staff see types in this order.")
    guest_name = models.CharField(max_length=60, blank=True, help_text="What guests read; empty: the name.")
    switches = models.PositiveIntegerField(
        default=0,
        db_default=0,
        help_text="Goes up whenever another account takes its new payments; each switch is guarded by it.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="payment_type_code"),
            models.CheckConstraint(condition=models.Q(kind__in=PaymentKind.values), name="payment_type_kind"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_online(self) -> bool:
        """Whether guests pay it through a processor."""
        return PaymentKind(self.kind).is_online

    @property
    def shown_name(self) -> str:
        """What guests read."""
        return self.guest_name or self.name


class Channel(models.TextChoices):
    """Where a payment type is chosen: by guests on their phone, or by staff who take the money."""

    PHONE = "phone"
    COUNTER = "counter"


class PaymentTypeOffer(TenantModel):
    """Whether a type is offered at one location in one channel. Without a row it is."""

    payment_type = TenantForeignKey(PaymentType, on_delete=models.PROTECT, related_name="offers")
    location = TenantForeignKey("duitpos.Location", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    is_offered = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "payment_type", "location", "channel"], name="payment_type_offer_once"
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=Channel.values), name="payment_type_offer_channel"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_type_id} {self.channel}"


class Mode(models.TextChoices):
    """Test money or real money. Never mixed.

    An unknown mode becomes known with the first object that the processor shows us. Until then orders count as test
    orders: they are marked and kept out of revenue, and boards hide them once a live account is in use. To mark a real
    order wrongly is put right by its payment; to report and cook for test money as for real money is not.
    """

    TEST = "test"
    LIVE = "live"
    UNKNOWN = "", "Unknown"


class AccountState(models.TextChoices):
    """`new` has no usable key yet; `retired` starts nothing but still verifies, fetches and refunds."""

    NEW = "new"
    ACTIVE = "active"
    RETIRED = "retired"


class ProcessorAccount(TenantModel):
    """A processor added to a payment type. Its identity (processor, external_id, mode) never changes."""

    payment_type = TenantForeignKey(PaymentType, on_delete=models.PROTECT, related_name="accounts")
    processor = models.CharField(max_length=20)
    external_id = models.CharField(
        max_length=80, blank=True, help_text="The processor's id of the account; empty: unknown."
    )
    mode = models.CharField(max_length=4, choices=Mode.choices, default=Mode.TEST, blank=True)
    state = models.CharField(max_length=10, choices=AccountState.choices, default=AccountState.NEW)
    api_base = models.CharField(
        max_length=200, blank=True, help_text="A sandbox address; empty: the processor's own."
    )
    credentials = models.TextField(
        blank=True, help_text="One sealed document (models/credentials.py); empty: none."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    in_use_since = models.DateTimeField(
        null=True, help_text="New payments use it since; empty: they never did, or this was not kept then."
    )

    # Facts from the processor, and the account's health. Written by set-up, webhook and sweep.
    name = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    can_charge = models.BooleanField(default=False)
    checked_at = models.DateTimeField(null=True)
    problem = models.JSONField(default=dict, help_text="What is wrong (domain/reasons.py); empty when well.")
    paused_at = models.DateTimeField(
        null=True, help_text="The key was refused (401/403): the sweep asks nothing."
    )
    refused_starts = models.PositiveIntegerField(default=0, help_text="In a row.")
    start_problem = models.JSONField(
        default=dict, help_text="Why it last refused to start a payment; empty when it did not."
    )
    offered_again_at = models.DateTimeField(null=True, help_text="Until then no guest is sent there.")
    last_event_at = models.DateTimeField(null=True)
    bad_signatures = models.PositiveIntegerField(default=0)
    last_bad_signature_at = models.DateTimeField(null=True)
    last_bad_signature = models.CharField(max_length=200, blank=True)
    last_mismatch_at = models.DateTimeField(
        null=True, help_text="A delivery was signed with a secret that is not known here, last at."
    )
    last_misdated_at = models.DateTimeField(
        null=True,
        help_text="A delivery was signed with a known secret, at a time too far from ours, last at.",
    )
    signature_skew = models.IntegerField(
        default=0, help_text="Seconds from our clock to the last signature refused for its time."
    )
    thin_event_at = models.DateTimeField(null=True, help_text="An event came without its object, last at.")
    foreign_events = models.PositiveIntegerField(default=0)
    unknown_events = models.PositiveIntegerField(default=0)
    next_events_at = models.DateTimeField(null=True, help_text="When to ask for events it could not deliver.")
    idle_asks = models.PositiveIntegerField(
        default=0, help_text="Questions in a row that found nothing, since its last payment was started."
    )
    events_seen_to = models.DateTimeField(null=True)
    sessions_seen_to = models.DateTimeField(
        null=True, help_text="Sessions started before were compared with our books."
    )
    fees_seen_to = models.DateTimeField(null=True, help_text="Fees charged before were booked.")
    disputes_seen_to = models.DateTimeField(
        null=True,
        help_text="Disputes and warnings before were listed, and are listed again while they are open.",
    )
    searched_at = models.DateTimeField(
        null=True, help_text="Staff last asked it for the payment of a guest who says that they paid."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "payment_type", "processor", "external_id", "mode"],
                condition=~models.Q(external_id=""),
                name="account_identity",
            ),
            models.CheckConstraint(condition=models.Q(state__in=AccountState.values), name="account_state"),
            models.CheckConstraint(condition=models.Q(mode__in=Mode.values), name="account_mode"),
        ]
        indexes = [
            models.Index(
                fields=["next_events_at"],
                condition=models.Q(next_events_at__isnull=False),
                name="account_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.processor} {self.external_id or self.id}"

    def read_credentials(self) -> StoredCredentials:
        """Decrypt the credentials, to make a client for one call. Raises SecretUnreadable."""
        if not self.credentials:
            return StoredCredentials()
        return StoredCredentials.from_text(vault().open(self.credentials, self.credentials_place))

    def seal_credentials(self, stored: StoredCredentials) -> None:
        """Encrypt and set the credentials, without saving the row."""
        text = stored.to_text()
        self.credentials = vault().seal(text, self.credentials_place) if text else ""

    @property
    def credentials_place(self) -> str:
        """What the sealed text is bound to: it opens in this row only."""
        return f"{self.tenant_id}/{self.id}/credentials"

    @property
    def is_manual(self) -> bool:
        """Whether no processor is behind it: staff take the money (decision 0021)."""
        return self.processor in MANUAL_KINDS

    @property
    def is_live(self) -> bool:
        """Whether it moves real money at a processor."""
        return self.mode == Mode.LIVE
