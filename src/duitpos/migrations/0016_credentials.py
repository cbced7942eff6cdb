"""One sealed document of credentials for each account, in place of one sealed text for each field."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import migrations, models

from duitpos.kit.crypto import SecretUnreadable, key_id_of, vault

PREVIOUS = "_previous"
CANDIDATE = "candidate_"
ENDPOINT = "api_base"


def join_texts(apps: Any, schema_editor: Any) -> None:
    """Each account's texts become its document."""
    refuse_unknown_keys(accounts(apps), lambda row: list(row.secrets.values()))
    for row in accounts(apps):
        texts = {name: text for name, box in row.secrets.items() if (text := opened(row, name, box))}
        document = document_of(texts)
        if document:
            sealed = vault().seal(json.dumps(document), place(row, "credentials"))
            one(apps, row).update(credentials=sealed)
    check_constraints_now(schema_editor)


def part_texts(apps: Any, schema_editor: Any) -> None:
    """The way back. An older version has one previous secret, and no account of an unknown mode."""
    refuse_unknown_keys(accounts(apps), lambda row: [row.credentials] if row.credentials else [])
    for row in accounts(apps):
        text = opened(row, "credentials", row.credentials) if row.credentials else ""
        texts = texts_of(json.loads(text)) if text else {}
        secrets = {name: vault().seal(plain, place(row, name)) for name, plain in texts.items()}
        one(apps, row).update(secrets=secrets, mode=row.mode or "test")
    check_constraints_now(schema_editor)


def document_of(texts: dict[str, str]) -> dict[str, Any]:
    """The former names of the fields said what is in use, what was before, and what waits."""
    document: dict[str, Any] = {"current": {}, "previous": [], "waiting": {}, "waiting_endpoint": ""}
    for name, text in texts.items():
        if name.startswith(CANDIDATE):
            document["waiting"][name.removeprefix(CANDIDATE)] = text
        elif name.endswith(PREVIOUS):
            document["previous"].append({name.removesuffix(PREVIOUS): text})
        else:
            document["current"][name] = text
    document["waiting_endpoint"] = document["waiting"].pop(ENDPOINT, "")
    return document if texts else {}


def texts_of(document: dict[str, Any]) -> dict[str, str]:
    texts: dict[str, str] = dict(document["current"])
    for former in document["previous"][:1]:
        texts |= {f"{name}{PREVIOUS}": text for name, text in former.items()}
    if document["waiting"]:
        waiting = {**document["waiting"], ENDPOINT: document["waiting_endpoint"]}
        texts |= {f"{CANDIDATE}{name}": text for name, text in waiting.items() if text}
    return texts


def refuse_unknown_keys(rows: Iterator[Any], boxes: Callable[[Any], list[str]]) -> None:
    """Before anything is written: what cannot be opened now may be opened with a key that is only not configured."""
    unknown = {key_id_of(box) for row in rows for box in boxes(row)} - vault().key_ids
    if unknown:
        names = ", ".join(repr(name) for name in sorted(unknown))
        raise ImproperlyConfigured(
            f"DUITPOS_ENCRYPTION_KEYS lacks the key {names}, with which secrets in this database are sealed:"
            " add it behind the present ones and run `duitpos manage migrate` again; nothing was changed."
        )


def opened(row: Any, field: str, box: str) -> str:
    """The plain text; empty, with a warning, for one that no key opens: it was damaged or moved."""
    try:
        return vault().open(box, place(row, field))
    except SecretUnreadable as error:
        print(f"Left out of account {row.id}: {field}. {error}", file=sys.stderr)  # noqa: T201
        return ""


def place(row: Any, field: str) -> str:
    return f"{row.tenant_id}/{row.id}/{field}"


def accounts(apps: Any) -> Iterator[Any]:
    """Every account, one restaurant after the other."""
    for tenant_id in apps.get_model("duitpos", "Tenant").objects.values_list("id", flat=True):
        yield from apps.get_model("duitpos", "ProcessorAccount").objects.filter(tenant_id=tenant_id)


def one(apps: Any, row: Any) -> Any:
    return apps.get_model("duitpos", "ProcessorAccount").objects.filter(tenant_id=row.tenant_id, id=row.id)


def check_constraints_now(schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        # What foreign keys have still to check would keep the column from being dropped in the same transaction.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    """A column is added, filled, and the former one dropped; a mode may be unknown."""

    dependencies = [("duitpos", "0015_references")]

    operations = [
        migrations.RemoveConstraint("processoraccount", "account_mode"),
        migrations.AlterField(
            "processoraccount",
            "mode",
            models.CharField(
                blank=True,
                choices=[("test", "Test"), ("live", "Live"), ("", "Unknown")],
                default="test",
                max_length=4,
            ),
        ),
        migrations.AddConstraint(
            "processoraccount",
            models.CheckConstraint(
                condition=models.Q(("mode__in", ["test", "live", ""])), name="account_mode"
            ),
        ),
        migrations.AlterField(
            "processoraccount",
            "external_id",
            models.CharField(
                blank=True, help_text="The processor's id of the account; empty: unknown.", max_length=80
            ),
        ),
        migrations.AddField(
            "processoraccount",
            "credentials",
            models.TextField(
                blank=True, help_text="One sealed document (models/credentials.py); empty: none."
            ),
        ),
        migrations.RunPython(join_texts, part_texts),
        migrations.RemoveField("processoraccount", "secrets"),
    ]
