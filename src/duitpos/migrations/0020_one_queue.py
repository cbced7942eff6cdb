"""The outbox is the only queue, and an account that stays idle is asked less often (decision 0017).

What the task queue held only said that a restaurant had due outbox entries, which the worker now finds itself.
"""

from __future__ import annotations

from django.db import migrations, models

QUEUE = "django_tasks_database"


class Migration(migrations.Migration):
    """Drop the queue's table with its migrations; a column of accounts. The way back does not restore the queue."""

    dependencies = [("duitpos", "0019_start_sent")]

    operations = [
        migrations.RunSQL(f"DROP TABLE IF EXISTS {QUEUE}_dbtaskresult", migrations.RunSQL.noop),
        migrations.RunSQL(
            [("DELETE FROM django_migrations WHERE app = %s", [QUEUE])], migrations.RunSQL.noop
        ),
        migrations.AddField(
            "processoraccount",
            "idle_asks",
            models.PositiveIntegerField(
                default=0, help_text="Questions in a row that found nothing, since its last payment was started."
            ),
        ),
    ]
