"""Go to a migration of an earlier version, and back to the newest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

Target = tuple[str, str | None]


def go_to(*targets: Target) -> None:
    """Migrate to these. A new database was made by the squashed migration, which stands for many steps."""
    executor = _executor()
    executor.migrate(list(targets))


def go_forward() -> None:
    """To the newest migration, so that the tests that follow find today's tables."""
    executor = _executor()
    executor.migrate(executor.loader.graph.leaf_nodes())


def model_at(targets: Sequence[Target], name: str) -> Any:
    """A model of ours as it was then."""
    state = _executor().loader.project_state([(app, migration or "") for app, migration in targets])
    return state.apps.get_model("duitpos", name)


class _StepByStep(MigrationLoader):
    """Knows our migrations without the squashed one, which is only for new databases."""

    def load_disk(self) -> None:
        super().load_disk()
        for key, migration in list(self.disk_migrations.items()):
            if key[0] == "duitpos" and migration.replaces:
                del self.disk_migrations[key]


def _executor() -> MigrationExecutor:
    executor = MigrationExecutor(connection)
    executor.loader = _StepByStep(connection)
    return executor
