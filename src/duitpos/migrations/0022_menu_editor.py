"""What the menu editor needs: archive, serving hours, photos, prices by location; calls for staff; pauses with an end.

What was hidden from the menu is archived now, and the other way round on the way back.
"""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
import duitpos.kit.ids
import duitpos.kit.tenancy.keys
from django.db import migrations, models

from duitpos.kit.clock import now
from duitpos.kit.tenancy import across_tenants


def rewrite(apps: Any, hidden: dict[str, Any], archived: dict[str, Any]) -> None:
    with across_tenants("a migration archives what every restaurant had hidden"):
        for name in ("MenuItem", "Modifier"):
            apps.get_model("duitpos", name).objects.filter(**hidden).update(**archived)


def archive_hidden(apps: Any, schema_editor: Any) -> None:
    rewrite(apps, {"is_active": False}, {"archived_at": now()})


def hide_archived(apps: Any, schema_editor: Any) -> None:
    rewrite(apps, {"archived_at__isnull": False}, {"is_active": False})


class Migration(migrations.Migration):
    """Adds; drops `is_active` of items and modifiers last."""

    dependencies = [
        ('duitpos', '0021_one_menu_version'),
    ]

    operations = [
        migrations.CreateModel(
            name='ItemPrice',
            fields=[
                ('id', models.UUIDField(default=duitpos.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('price_minor', models.BigIntegerField(help_text="In the item's currency.")),
            ],
        ),
        migrations.CreateModel(
            name='MenuPhoto',
            fields=[
                ('id', models.UUIDField(default=duitpos.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(help_text='BLAKE2 of the re-encoded picture, in hex.', max_length=64)),
                ('width', models.PositiveIntegerField(help_text='Pixels of the largest file; `height` too.')),
                ('height', models.PositiveIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='ModifierStock',
            fields=[
                ('id', models.UUIDField(default=duitpos.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('until', models.DateTimeField(blank=True, help_text='As of ItemStock.', null=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name='ServiceCall',
            fields=[
                ('id', models.UUIDField(default=duitpos.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('staff', 'Staff'), ('bill', 'Bill')], max_length=10)),
                ('guest_token', models.CharField(help_text='The phone that called: its cookie.', max_length=32)),
                ('created_at', models.DateTimeField()),
                ('acknowledged_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='itemstock',
            name='until',
            field=models.DateTimeField(blank=True, help_text='Out of stock until then; empty: until somebody changes it.', null=True),
        ),
        migrations.AddField(
            model_name='location',
            name='pause_message',
            field=models.CharField(blank=True, help_text='What guests read meanwhile.', max_length=200),
        ),
        migrations.AddField(
            model_name='location',
            name='paused_until',
            field=models.DateTimeField(blank=True, help_text='When a pause ends by itself; empty: when staff end it.', null=True),
        ),
        migrations.AddField(
            model_name='location',
            name='popular_items',
            field=models.JSONField(blank=True, default=list, help_text='Ids of the most ordered items of the last 30 days, most first.'),
        ),
        migrations.AddField(
            model_name='location',
            name='reduced_tax_bp',
            field=models.PositiveIntegerField(default=0, help_text='For items of TaxClass.REDUCED.'),
        ),
        migrations.AddField(
            model_name='location',
            name='service_style',
            field=models.CharField(choices=[('brought', 'Brought'), ('collected', 'Collected')], default='brought', max_length=10),
        ),
        migrations.AddField(
            model_name='menuitem',
            name='archived_at',
            field=models.DateTimeField(blank=True, help_text='Off the menu since. Never deleted: orders point at it.', null=True),
        ),
        migrations.AddField(
            model_name='menuitem',
            name='days',
            field=models.PositiveSmallIntegerField(default=127, help_text='One bit for each day: 1 is Monday, 64 is Sunday.'),
        ),
        migrations.AddField(
            model_name='menuitem',
            name='served_from',
            field=models.TimeField(blank=True, help_text='Empty: from midnight.', null=True),
        ),
        migrations.AddField(
            model_name='menuitem',
            name='served_until',
            field=models.TimeField(blank=True, help_text='Empty: until midnight. Before `served_from`: on the next day.', null=True),
        ),
        migrations.AddField(
            model_name='menuitem',
            name='tax_class',
            field=models.CharField(choices=[('standard', 'Standard'), ('reduced', 'Reduced'), ('none', 'None')], default='standard', max_length=10),
        ),
        migrations.AddField(
            model_name='menuitem',
            name='version',
            field=models.PositiveIntegerField(default=1, help_text='Goes up with every edit of this row.'),
        ),
        migrations.AddField(
            model_name='menusection',
            name='archived_at',
            field=models.DateTimeField(blank=True, help_text='Off the menu since.', null=True),
        ),
        migrations.AddField(
            model_name='menusection',
            name='days',
            field=models.PositiveSmallIntegerField(default=127, help_text='One bit for each day: 1 is Monday, 64 is Sunday.'),
        ),
        migrations.AddField(
            model_name='menusection',
            name='served_from',
            field=models.TimeField(blank=True, help_text='Empty: from midnight.', null=True),
        ),
        migrations.AddField(
            model_name='menusection',
            name='served_until',
            field=models.TimeField(blank=True, help_text='Empty: until midnight. Before `served_from`: on the next day.', null=True),
        ),
        migrations.AddField(
            model_name='menusection',
            name='version',
            field=models.PositiveIntegerField(default=1, help_text='Goes up with every edit of this row.'),
        ),
        migrations.AddField(
            model_name='modifier',
            name='archived_at',
            field=models.DateTimeField(blank=True, help_text='No longer offered since.', null=True),
        ),
        migrations.AddField(
            model_name='modifier',
            name='is_default',
            field=models.BooleanField(default=False, help_text='Chosen until the guest chooses another. Never one that adds to the price.'),
        ),
        migrations.AddField(
            model_name='modifiergroup',
            name='version',
            field=models.PositiveIntegerField(default=1, help_text='Goes up with every edit of this row or of its modifiers.'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='tax_bp',
            field=models.PositiveIntegerField(help_text="The line's tax rate; empty in old orders: the order's.", null=True),
        ),
        migrations.AddConstraint(
            model_name='location',
            constraint=models.CheckConstraint(condition=models.Q(('service_style__in', ['brought', 'collected'])), name='location_service_style'),
        ),
        migrations.AddField(
            model_name='itemprice',
            name='item',
            field=duitpos.kit.tenancy.keys.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prices', to='duitpos.menuitem'),
        ),
        migrations.AddField(
            model_name='itemprice',
            name='location',
            field=duitpos.kit.tenancy.keys.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prices', to='duitpos.location'),
        ),
        migrations.AddField(
            model_name='itemprice',
            name='tenant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duitpos.tenant'),
        ),
        migrations.AddField(
            model_name='menuphoto',
            name='tenant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duitpos.tenant'),
        ),
        migrations.AddField(
            model_name='menuitem',
            name='photo',
            field=duitpos.kit.tenancy.keys.TenantForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='items', to='duitpos.menuphoto'),
        ),
        migrations.AddConstraint(
            model_name='menuitem',
            constraint=models.CheckConstraint(condition=models.Q(('tax_class__in', ['standard', 'reduced', 'none'])), name='menu_item_tax'),
        ),
        migrations.AddField(
            model_name='modifierstock',
            name='location',
            field=duitpos.kit.tenancy.keys.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='modifier_stock', to='duitpos.location'),
        ),
        migrations.AddField(
            model_name='modifierstock',
            name='modifier',
            field=duitpos.kit.tenancy.keys.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stock', to='duitpos.modifier'),
        ),
        migrations.AddField(
            model_name='modifierstock',
            name='tenant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duitpos.tenant'),
        ),
        migrations.AddField(
            model_name='servicecall',
            name='acknowledged_by',
            field=duitpos.kit.tenancy.keys.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duitpos.membership'),
        ),
        migrations.AddField(
            model_name='servicecall',
            name='location',
            field=duitpos.kit.tenancy.keys.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='duitpos.location'),
        ),
        migrations.AddField(
            model_name='servicecall',
            name='table',
            field=duitpos.kit.tenancy.keys.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='duitpos.table'),
        ),
        migrations.AddField(
            model_name='servicecall',
            name='tenant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duitpos.tenant'),
        ),
        migrations.AddConstraint(
            model_name='itemprice',
            constraint=models.UniqueConstraint(fields=('tenant', 'location', 'item'), name='item_price'),
        ),
        migrations.AddConstraint(
            model_name='itemprice',
            constraint=models.CheckConstraint(condition=models.Q(('price_minor__gte', 0)), name='item_price_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='menuphoto',
            constraint=models.UniqueConstraint(fields=('tenant', 'digest'), name='menu_photo_once'),
        ),
        migrations.AddConstraint(
            model_name='modifierstock',
            constraint=models.UniqueConstraint(fields=('tenant', 'location', 'modifier'), name='modifier_stock'),
        ),
        migrations.AddIndex(
            model_name='servicecall',
            index=models.Index(fields=['tenant', 'location', '-created_at'], name='service_call_newest'),
        ),
        migrations.AddConstraint(
            model_name='servicecall',
            constraint=models.UniqueConstraint(condition=models.Q(('acknowledged_at__isnull', True)), fields=('tenant', 'table', 'kind'), name='service_call_open'),
        ),
        migrations.AddConstraint(
            model_name='servicecall',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['staff', 'bill'])), name='service_call_kind'),
        ),
        migrations.RunPython(archive_hidden, hide_archived),
        migrations.RemoveField(
            model_name='menuitem',
            name='is_active',
        ),
        migrations.RemoveField(
            model_name='modifier',
            name='is_active',
        ),
    ]
