"""What is evidence about a webhook: signatures by another secret or at a wrong time, and lists that failed."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models import F

from duitpos.kit.tenancy import across_tenants


def keep_what_is_known(apps: Any, schema_editor: Any) -> None:
    with across_tenants("a migration keeps what every account's webhook is known to have been"):
        accounts = apps.get_model("duitpos", "ProcessorAccount").objects
        for problem, column in (("mismatch", "last_mismatch_at"), ("clock", "last_misdated_at")):
            accounts.filter(last_bad_signature=problem).update(**{column: F("last_bad_signature_at")})
        # A list that failed was stored as a look that saw what an earlier one had seen, or nothing.
        failed = apps.get_model("duitpos", "AccountHealth").objects.exclude(endpoints_problem={})
        failed.update(endpoints_seen_at=None)


class Migration(migrations.Migration):
    """Adds; what it fills, a way back leaves."""

    dependencies = [
        ('duitpos', '0027_refund_lines'),
    ]

    operations = [
        migrations.AddField(
            model_name='accounthealth',
            name='endpoints_asked_at',
            field=models.DateTimeField(help_text='They were last asked for, whether or not they could be listed.', null=True),
        ),
        migrations.AddField(
            model_name='accounthealth',
            name='heal_problem',
            field=models.JSONField(help_text='Why the last repair was refused (domain/reasons.py); empty after one that was not.', null=True),
        ),
        migrations.AddField(
            model_name='processoraccount',
            name='last_misdated_at',
            field=models.DateTimeField(help_text='A delivery was signed with a known secret, at a time too far from ours, last at.', null=True),
        ),
        migrations.AddField(
            model_name='processoraccount',
            name='last_mismatch_at',
            field=models.DateTimeField(help_text='A delivery was signed with a secret that is not known here, last at.', null=True),
        ),
        migrations.RunPython(keep_what_is_known, migrations.RunPython.noop),
    ]
