"""Codes and facts in place of stored sentences. What was written stays readable: it becomes {"said": …}."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from duitpos.kit.tenancy import across_tenants

COLUMNS = {
    "alert": {"detail": "facts", "resolution": "resolution"},
    "payment": {"failure": "failure", "last_problem": "last_problem"},
    "processoraccount": {"problem": "problem", "start_problem": "start_problem"},
    "refund": {"failure": "failure"},
}
"""Table, the text that was, and the facts that are."""

LENGTHS = {"detail": 500, "resolution": 200}

HELP = {
    "alert.facts": "What it is about (kit/facts.py); each kind has its own.",
    "alert.resolution": "How it ended: a code, or what staff noted.",
    "payment.failure": "Why it ended unpaid (domain/reasons.py).",
    "payment.last_problem": "Why the last question brought no answer (domain/reasons.py).",
    "processoraccount.problem": "What is wrong (domain/reasons.py); empty when well.",
    "processoraccount.start_problem": "Why it last refused to start a payment; empty when it did not.",
    "refund.failure": "Why it was not made, or came back (domain/reasons.py).",
    "outboxentry.problem": "Why the last try failed (domain/reasons.py).",
}


def facts(model: str, name: str) -> models.JSONField:
    return models.JSONField(default=dict, help_text=HELP[f"{model}.{name}"])


def old(name: str) -> str:
    """What a text is called while both columns are there."""
    return f"{name}_text"


def replace(model: str, text: str, name: str) -> list[Any]:
    """The text makes room for the facts; it has a default, so that the way back can make its column again."""
    room = models.CharField(blank=True, default="", max_length=LENGTHS.get(text, 300))
    return [
        migrations.RenameField(model, text, old(text)),
        migrations.AlterField(model, old(text), room),
        migrations.AddField(model, name, facts(model, name)),
    ]


def write_facts(apps: Any, schema_editor: Any) -> None:
    build = {"postgresql": "jsonb_build_object('said', {text})", "sqlite": "json_object('said', {text})"}[
        schema_editor.connection.vendor
    ]
    statements = [
        f"UPDATE {table} SET {name} = {build.format(text=text)} WHERE {text} <> ''"
        for table, text, name in columns(apps)
    ]
    # What was done has an outcome of one word; of the others, the text was why the last try failed.
    statements.append(
        f"UPDATE {outbox(apps)} SET problem = {build.format(text='outcome')}, outcome = ''"
        " WHERE done_at IS NULL AND outcome <> ''"
    )
    run(schema_editor, statements)


def write_texts(apps: Any, schema_editor: Any) -> None:
    """The way back: the words where there are any, else the code."""
    read = {
        "postgresql": "LEFT(COALESCE({name}->>'said', {name}->>'code', ''), {most})",
        "sqlite": "SUBSTR(COALESCE(json_extract({name}, '$.said'), json_extract({name}, '$.code'), ''), 1, {most})",
    }[schema_editor.connection.vendor]
    statements = [
        f"UPDATE {table} SET {text} = "
        + read.format(name=name, most=LENGTHS.get(text.removesuffix("_text"), 300))
        for table, text, name in columns(apps)
    ]
    statements.append(
        f"UPDATE {outbox(apps)} SET outcome = {read.format(name='problem', most=200)} WHERE done_at IS NULL"
    )
    run(schema_editor, statements)


def run(schema_editor: Any, statements: list[str]) -> None:
    """One statement a column, for all restaurants: what was written is rewritten where it stands."""
    with across_tenants("a migration changes the columns of every restaurant"):
        for statement in statements:
            schema_editor.execute(statement)
    if schema_editor.connection.vendor == "postgresql":
        # What foreign keys have still to check would keep the columns from being dropped in the same transaction.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def outbox(apps: Any) -> str:
    return str(apps.get_model("duitpos", "OutboxEntry")._meta.db_table)


def columns(apps: Any) -> list[tuple[str, str, str]]:
    return [
        (apps.get_model("duitpos", model)._meta.db_table, old(text), name)
        for model, names in COLUMNS.items()
        for text, name in names.items()
    ]


class Migration(migrations.Migration):
    """Each text column is renamed, copied into a JSON column, and dropped."""

    dependencies = [("duitpos", "0011_languages")]

    operations = [
        *[
            operation
            for model, names in COLUMNS.items()
            for text, name in names.items()
            for operation in replace(model, text, name)
        ],
        migrations.AddField("outboxentry", "problem", facts("outboxentry", "problem")),
        migrations.RunPython(write_facts, write_texts),
        *[
            migrations.RemoveField(model, old(text)) for model, names in COLUMNS.items() for text in names
        ],
        migrations.AlterField(
            "outboxentry",
            "outcome",
            models.CharField(blank=True, help_text="One word: sent, known, fetched.", max_length=10),
        ),
    ]
