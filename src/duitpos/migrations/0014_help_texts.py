"""Help texts no longer cite rows of a page. No statement runs."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Texts only."""

    dependencies = [
        ("duitpos", "0013_unknown_phones"),
    ]

    operations = [
        migrations.AlterField(
            model_name="order",
            name="checkout_key",
            field=models.CharField(help_text="The cart's key: one order for ever.", max_length=64),
        ),
        migrations.AlterField(
            model_name="order",
            name="is_unknown_phone",
            field=models.BooleanField(
                default=False, help_text="Sent by a phone that had neither looked at the menu nor ordered."
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="stock_taken",
            field=models.JSONField(
                default=dict, help_text="Item id to quantity: taken from limited stock, and not put back."
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="not_found_at",
            field=models.DateTimeField(
                help_text="The processor first said that it does not know the session.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="settled_at",
            field=models.DateTimeField(help_text="Our clock; gives the business date.", null=True),
        ),
        migrations.AlterField(
            model_name="processoraccount",
            name="offered_again_at",
            field=models.DateTimeField(help_text="Until then no guest is sent there.", null=True),
        ),
        migrations.AlterField(
            model_name="processoraccount",
            name="paused_at",
            field=models.DateTimeField(
                help_text="The key was refused (401/403): the sweep asks nothing.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="processoraccount",
            name="refused_starts",
            field=models.PositiveIntegerField(default=0, help_text="In a row."),
        ),
        migrations.AlterField(
            model_name="processoraccount",
            name="sessions_seen_to",
            field=models.DateTimeField(
                help_text="Sessions started before were compared with our books.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="processoraccount",
            name="thin_event_at",
            field=models.DateTimeField(help_text="An event came without its object, last at.", null=True),
        ),
    ]
