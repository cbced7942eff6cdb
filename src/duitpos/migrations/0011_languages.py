"""Languages: of an order and its lines, of the menu, and the menu's texts in others. No row is rewritten."""

import django.db.models.deletion
import duitpos.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("duitpos", "0010_unread_columns"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="language",
            field=models.CharField(
                default="en",
                help_text="What the guest read when they ordered: mails are written in it.",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="orderline",
            name="guest_name",
            field=models.CharField(
                blank=True, help_text="What the guest read; empty when it is the same.", max_length=120
            ),
        ),
        migrations.AddField(
            model_name="tenant",
            name="menu_language",
            field=models.CharField(
                default="en",
                help_text="What the menu's own texts are written in; others are MenuText.",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="orderline",
            name="modifiers",
            field=models.JSONField(
                default=list,
                help_text='[{"id", "group", "name", "price_delta_minor"}]; "guest_group", "guest_name" where they differ',
            ),
        ),
        migrations.AlterField(
            model_name="orderline",
            name="name",
            field=models.CharField(help_text="The restaurant's own: the kitchen reads it.", max_length=120),
        ),
        migrations.CreateModel(
            name="MenuText",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=duitpos.kit.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("section", "Section"),
                            ("item", "Item"),
                            ("group", "Group"),
                            ("modifier", "Modifier"),
                        ],
                        max_length=10,
                    ),
                ),
                ("subject_id", models.UUIDField(help_text="The section, item, group or modifier.")),
                (
                    "language",
                    models.CharField(help_text='As in settings.LANGUAGES: "ms", "zh-hans".', max_length=12),
                ),
                (
                    "name",
                    models.CharField(blank=True, help_text="Empty: the restaurant's own.", max_length=120),
                ),
                (
                    "description",
                    models.CharField(blank=True, help_text="Of an item. Empty: its own.", max_length=300),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="duitpos.tenant",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "language", "kind", "subject_id"), name="menu_text_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["section", "item", "group", "modifier"])),
                        name="menu_text_kind",
                    ),
                ],
            },
        ),
    ]
