"""Go to a migration of an earlier version, and back to the newest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

Target = tuple[str, str | None]


def go_to(*targets: Target) -> None:
    """Migrate to these. A new database was made by the squashed migration, which stands for many steps."""
    executor = _executor()
    with _reloading_few_models():
        executor.migrate(list(targets))


def go_forward() -> None:
    """To the newest migration, so that the tests that follow find today's tables."""
    executor = _executor()
    with _reloading_few_models():
        executor.migrate(executor.loader.graph.leaf_nodes())


@contextmanager
def _reloading_few_models() -> Iterator[None]:
    """Let a change of a model reload it and those that refer to it, and not all that are connected with these.

    Every model refers to its tenant, so Django would load all models again after each of some 400 steps, which takes
    nine tenths of the time. The demo's upgrade (test_upgrade.py) runs as an installation does, without this.
    """

    def find_few(self: ProjectState, app_label: str, model_name: str, delay: bool = False) -> set[Target]:
        changed = (app_label, model_name)
        referring = {
            key
            for key, model in self.models.items()
            for field in model.fields.values()
            if field.is_relation and str(field.related_model).lower() == ".".join(changed)
        }
        return {changed} if delay else {changed, *referring}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ProjectState, "_find_reload_model", find_few)
        yield


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
