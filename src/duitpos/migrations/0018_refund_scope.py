"""What of a payment can be refunded is stored, and several payments may come from one page."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """A column with a constant default, and a unique constraint that leaves pages out."""

    dependencies = [("duitpos", "0017_manual_kinds")]

    operations = [
        migrations.AddField(
            "payment",
            "refund_scope",
            models.CharField(
                choices=[("any", "Any"), ("full_only", "Full Only"), ("none", "None")],
                default="any",
                help_text="What of it the processor can refund.",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            "payment",
            models.CheckConstraint(
                condition=models.Q(("refund_scope__in", ["any", "full_only", "none"])),
                name="payment_refund_scope",
            ),
        ),
        migrations.RemoveConstraint("paymentreference", "reference_once"),
        migrations.AddConstraint(
            "paymentreference",
            models.UniqueConstraint(
                condition=models.Q(("kind", "page"), _negated=True),
                fields=("tenant", "account", "kind", "value"),
                name="reference_once",
            ),
        ),
        migrations.AddConstraint(
            "paymentreference",
            models.UniqueConstraint(
                condition=models.Q(("kind", "page")),
                fields=("tenant", "payment", "value"),
                name="reference_page_once",
            ),
        ),
    ]
