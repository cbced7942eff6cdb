"""The series of order numbers of a trading day becomes the day's row, which also knows whether its totals are current.

Days that have money and no order number, such as that of a refund, get a row too. All days are to be summed.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models import F

from duitpos.kit.tenancy import across_tenants


def add_days_of_money(apps: Any, schema_editor: Any) -> None:
    with across_tenants("a migration adds the trading days on which any restaurant had money"):
        day, entry = apps.get_model("duitpos", "BusinessDay"), apps.get_model("duitpos", "LedgerEntry")
        day.objects.update(changes=1)
        of_day = ("tenant_id", "location_id", "business_date", "is_test")
        known = set(day.objects.values_list(*of_day))
        booked = entry.objects.filter(location__isnull=False).values_list(*of_day).order_by().distinct()
        missing = [dict(zip(of_day, found, strict=True)) for found in booked if found not in known]
        day.objects.bulk_create([day(**one, changes=1) for one in missing], batch_size=500)


class Migration(migrations.Migration):
    """Renames a table and a column, and adds columns."""

    dependencies = [
        ("duitpos", "0023_stripe_setup"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="numberseries", name="number_series"),
        migrations.RenameModel("NumberSeries", "BusinessDay"),
        migrations.RenameField("businessday", "last", "last_number"),
        migrations.AddField("businessday", "changes", models.PositiveBigIntegerField(default=0)),
        migrations.AddField(
            "businessday",
            "summed",
            models.PositiveBigIntegerField(default=0, help_text="`changes` when its totals were last summed."),
        ),
        migrations.AddField(
            "businessday",
            "closed_at",
            models.DateTimeField(help_text="When its day close was made.", null=True),
        ),
        migrations.AddConstraint(
            "businessday",
            models.UniqueConstraint(
                fields=("tenant", "location", "business_date", "is_test"), name="business_day_once"
            ),
        ),
        migrations.AddIndex(
            "businessday",
            models.Index(
                condition=~models.Q(changes=F("summed")),
                fields=["tenant", "location", "business_date"],
                name="business_day_unsummed",
            ),
        ),
        migrations.RunPython(add_days_of_money, migrations.RunPython.noop),
    ]
