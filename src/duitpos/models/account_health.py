"""What is known of a processor account beyond what a payment needs: its review, and its webhook's health."""

from __future__ import annotations

from django.db import models

from duitpos.kit.tenancy import TenantForeignKey, TenantModel


class AccountHealth(TenantModel):
    """One row per account, made when it is first looked at. Payments never read it.

    Only facts are stored; domain/processor_accounts judges them when a page or the worker asks.
    """

    account = TenantForeignKey("duitpos.ProcessorAccount", on_delete=models.PROTECT, related_name="health")

    # The account as the processor describes it.
    review = models.JSONField(
        default=dict, help_text="Its facts (processors/base.py: AccountFacts) as a document; empty: none yet."
    )
    reviewed_at = models.DateTimeField(null=True)
    review_problem = models.JSONField(
        default=dict, help_text="Why the last review brought no answer (domain/reasons.py)."
    )
    next_review_at = models.DateTimeField(null=True)

    # The webhook as the processor describes it.
    endpoints = models.JSONField(
        default=list, help_text="Every address it delivers events to (processors/base.py: WebhookEndpoint)."
    )
    endpoints_seen_at = models.DateTimeField(null=True)
    endpoints_asked_at = models.DateTimeField(
        null=True, help_text="They were last asked for, whether or not they could be listed."
    )
    endpoints_problem = models.JSONField(
        default=dict, help_text="Why they could not be listed (domain/reasons.py)."
    )
    undelivered = models.PositiveIntegerField(default=0, help_text="Events that it could not deliver lately.")
    undelivered_since = models.DateTimeField(null=True, help_text="The oldest of them was made at.")

    # A round trip: an event made for the purpose must come back signed.
    proof_reference = models.CharField(
        max_length=80, blank=True, help_text="The session that was made and expired; empty: none is awaited."
    )
    proof_sent_at = models.DateTimeField(null=True)
    proved_at = models.DateTimeField(null=True, help_text="An event of a round trip came back.")

    # Our own evidence.
    missed_at = models.DateTimeField(
        null=True,
        help_text="A payment was found without its event, which never came; the last one was paid at.",
    )
    down_since = models.DateTimeField(null=True, help_text="Judged not working since; empty: it works.")

    # Repair.
    heals_itself = models.BooleanField(
        default=True, help_text="Whether a dead endpoint is made again by itself."
    )
    healed_at = models.DateTimeField(null=True)
    heal_tries = models.PositiveIntegerField(default=0, help_text="In a row.")
    next_heal_at = models.DateTimeField(null=True)
    heal_problem = models.JSONField(
        null=True,
        help_text="Why the last repair was refused (domain/reasons.py); empty after one that was not.",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "account"], name="account_health_once")]

    def __str__(self) -> str:
        return str(self.account_id)
