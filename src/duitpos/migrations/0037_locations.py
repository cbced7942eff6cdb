"""Locations get what an owner edits: lines of receipts, hours for each weekday, and dates that differ.

The one pair of times that a location had becomes its hours on every day.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

from django.db import migrations, models

from duitpos.kit.tenancy import across_tenants


def rewrite(apps: Any, read: tuple[str, ...], columns_of: Callable[..., dict[str, Any]]) -> None:
    with across_tenants("a migration turns the opening hours of every location into a week, or back"):
        rows = apps.get_model("duitpos", "Location").objects
        for site_id, *values in list(rows.values_list("id", *read)):
            columns = columns_of(*values)
            if columns:
                rows.filter(id=site_id).update(**columns)


def to_weeks(apps: Any, schema_editor: Any) -> None:
    """The same pair of times on seven days. Empty was midnight, equal all day, an earlier end on the next day."""
    rewrite(apps, ("opens_at", "closes_at"), week_of)


def week_of(*pair: time | None) -> dict[str, Any]:
    opens, closes = ((at or time.min).hour * 60 + (at or time.min).minute for at in pair)
    ends = closes if closes > opens else closes + 1440
    return {"weekly_hours": [[[opens, ends]]] * 7} if opens != closes else {}


def to_pairs(apps: Any, schema_editor: Any) -> None:
    """Monday's first opening and last closing, which is all that the version before can keep."""
    rewrite(apps, ("weekly_hours",), pair_of)


def pair_of(week: list[list[list[int]]]) -> dict[str, Any]:
    if not week or not week[0]:
        return {}
    opens, closes = (time(minute // 60 % 24, minute % 60) for minute in (week[0][0][0], week[0][-1][1]))
    return {"opens_at": opens, "closes_at": closes}


class Migration(migrations.Migration):
    """Adds columns, fills the hours, and drops the pair of times."""

    dependencies = [
        ("duitpos", "0036_invitations"),
    ]

    operations = [
        migrations.AddField(
            model_name='location',
            name='receipt_header',
            field=models.CharField(blank=True, db_default='', default='', help_text="Lines above a receipt, such as the business's name.", max_length=300),
        ),
        migrations.AddField(
            model_name='location',
            name='registration_number',
            field=models.CharField(blank=True, db_default='', default='', help_text='Of the business, as it stands on receipts.', max_length=40),
        ),
        migrations.AddField(
            model_name='location',
            name='sst_number',
            field=models.CharField(blank=True, db_default='', default='', help_text='Of the tax, as it stands on receipts.', max_length=40),
        ),
        migrations.AddField(
            model_name='location',
            name='version',
            field=models.PositiveBigIntegerField(db_default=1, default=1, help_text='Goes up when its details are edited: of two editors, the later is told.'),
        ),
        migrations.AddField(
            model_name="location",
            name="weekly_hours",
            field=models.JSONField(
                blank=True,
                db_default=[],
                default=list,
                help_text="tenancy/week.py; empty: open all day, every day.",
            ),
        ),
        migrations.AddField(
            model_name="location",
            name="special_hours",
            field=models.JSONField(
                blank=True,
                db_default={},
                default=dict,
                help_text="Dates that differ, such as holidays: tenancy/week.py.",
            ),
        ),
        migrations.AddField(
            model_name="location",
            name="hours_version",
            field=models.PositiveBigIntegerField(
                db_default=1,
                default=1,
                help_text="Goes up with every change of its hours: who decided by them compares it in what it writes.",
            ),
        ),
        migrations.AddField(
            model_name="location",
            name="closed_at",
            field=models.DateTimeField(
                blank=True, help_text="Closed for good: it takes no orders, and keeps its books.", null=True
            ),
        ),
        migrations.RunPython(to_weeks, to_pairs),
        migrations.RemoveField(model_name="location", name="opens_at"),
        migrations.RemoveField(model_name="location", name="closes_at"),
    ]
