"""The outbox is the only queue (decision 0017).

What the task queue held only said that a restaurant had due outbox entries, which the worker now finds itself.
"""

from __future__ import annotations

from django.db import migrations

QUEUE = "django_tasks_database"


class Migration(migrations.Migration):
    """Drop the queue's table with its migrations. The way back does not restore the queue."""

    dependencies = [("duitpos", "0019_start_sent")]

    operations = [
        migrations.RunSQL(f"DROP TABLE IF EXISTS {QUEUE}_dbtaskresult", migrations.RunSQL.noop),
        migrations.RunSQL(
            [("DELETE FROM django_migrations WHERE app = %s", [QUEUE])], migrations.RunSQL.noop
        ),
    ]
