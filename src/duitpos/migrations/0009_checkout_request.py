"""`ask` had four meanings in the code; the column holds a CheckoutRequest and is called so."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """A rename; no row is rewritten."""

    dependencies = [("duitpos", "0008_alerts_and_outbox")]

    operations = [
        migrations.RenameField("payment", "ask", "checkout_request"),
        migrations.AlterField(
            "order",
            "contents",
            models.CharField(
                max_length=64, help_text="Hash of what was ordered: another cart under one key differs."
            ),
        ),
    ]
