"""For processors whose start cannot be repeated and whose pages cannot be ended. Rows so far are Stripe's."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Three columns of payments."""

    dependencies = [("duitpos", "0018_refund_scope")]

    operations = [
        migrations.AddField(
            "payment",
            "start_sent_at",
            models.DateTimeField(
                help_text=(
                    "When the one start call was sent, at a processor that makes a second page of a second call."
                ),
                null=True,
            ),
        ),
        migrations.AddField(
            "payment",
            "is_end_enforced",
            models.BooleanField(
                default=True,
                help_text="After expires_at the processor takes no money for it; else the end is ours.",
            ),
        ),
        migrations.AddField(
            "payment",
            "watched_until",
            models.DateTimeField(
                help_text="We ended it while its page could still be paid; until then the sweep asks about it.",
                null=True,
            ),
        ),
    ]
