"""A location has one version, that of its menu. A change of its own row or of a table needs none (decision 0018)."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Drop the second version."""

    dependencies = [("duitpos", "0020_one_queue")]

    operations = [
        migrations.RemoveField("location", "shown_version"),
        migrations.AlterField(
            "location",
            "menu_version",
            models.PositiveBigIntegerField(
                default=1, help_text="Goes up with every change of the menu that a guest could see."
            ),
        ),
    ]
