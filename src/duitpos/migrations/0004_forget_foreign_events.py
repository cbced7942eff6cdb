from typing import Any

from django.db import migrations


def forget_foreign_bodies(apps: Any, schema_editor: Any) -> None:
    """Events of others were kept whole, with their guests' addresses; from now on only type, id and time are kept."""
    events = apps.get_model("duitpos", "WebhookEvent").objects
    for tenant_id in apps.get_model("duitpos", "Tenant").objects.values_list("id", flat=True):
        rows = events.filter(tenant_id=tenant_id, payment__isnull=True, state="done")
        rows.exclude(body="").update(body="")


class Migration(migrations.Migration):
    dependencies = [("duitpos", "0003_disputes")]

    operations = [migrations.RunPython(forget_foreign_bodies, migrations.RunPython.noop)]
