"""A payment type for staff is cash, a card terminal or an e-wallet; before, there was only "counter"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import migrations, models

from duitpos.kit.tenancy import across_tenants

WORDS = {"cash": ("cash",), "card_terminal": ("card", "terminal", " kad"), "e_wallet": ("wallet", "qr")}
"""What codes and names of such types say about their kind; the first kind that is found counts."""


def manual_kind(row: Any) -> str:
    """The kind that the owner's words name; cash when they name none, because it asks the least of staff."""
    text = f" {row.code} {row.name}".lower()
    return next((kind for kind, words in WORDS.items() if any(word in text for word in words)), "cash")


def rewrite(apps: Any, schema_editor: Any, new_kind: Callable[[Any], str]) -> None:
    types = apps.get_model("duitpos", "PaymentType").objects
    with across_tenants("a migration gives a stored kind of every restaurant its new word"):
        for row in types.exclude(kind="online"):
            types.filter(id=row.id).update(kind=new_kind(row))
    if schema_editor.connection.vendor == "postgresql":
        # Deferred foreign key checks would keep the constraint from being added in the same transaction.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def forwards(apps: Any, schema_editor: Any) -> None:
    rewrite(apps, schema_editor, manual_kind)


def backwards(apps: Any, schema_editor: Any) -> None:
    rewrite(apps, schema_editor, lambda row: "counter")


class Migration(migrations.Migration):
    """Replaces the kind "counter" by three."""

    dependencies = [("duitpos", "0016_credentials")]

    operations = [
        migrations.RemoveConstraint("paymenttype", "payment_type_kind"),
        migrations.AlterField(
            "paymenttype",
            "kind",
            models.CharField(
                choices=[
                    ("online", "Online"),
                    ("cash", "Cash"),
                    ("card_terminal", "Card Terminal"),
                    ("e_wallet", "E Wallet"),
                ],
                default="online",
                max_length=20,
            ),
        ),
        migrations.RunPython(forwards, backwards),
        migrations.AddConstraint(
            "paymenttype",
            models.CheckConstraint(
                condition=models.Q(("kind__in", ["online", "cash", "card_terminal", "e_wallet"])),
                name="payment_type_kind",
            ),
        ),
    ]
