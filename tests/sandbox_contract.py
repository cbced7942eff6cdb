"""Holds traffic with Stripe, real or ours, against the contract that lies beside the checkout (`../shared/stripe`)."""

from __future__ import annotations

import importlib.util
import os
import warnings
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

Json = dict[str, Any]


def contract_file() -> Path:
    """Where the checker should be: in $DUITPOS_SHARED, or in `shared` beside the checkout."""
    beside = Path(__file__).parent.parent.parent / "shared"
    return Path(os.environ.get("DUITPOS_SHARED", beside)) / "stripe" / "stripe_conform.py"


@cache
def contract() -> ModuleType | None:
    """The checker, or None where that folder is absent."""
    path = contract_file()
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location("stripe_conform", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        # The checker leaves closing its schema file to the interpreter.
        warnings.simplefilter("ignore", ResourceWarning)
        spec.loader.exec_module(module)
    return module


def missing() -> str:
    """Why a check against the contract cannot run."""
    return f"Stripe's contract is not here: no {contract_file()}"


def traffic_errors(entries: list[Json]) -> list[str]:
    """What is wrong with logged API calls (`/_sandbox/requests`).

    A request that was answered 200 must be one that Stripe's schema takes; every answer must be of its shape.
    """
    checker = contract()
    if checker is None:
        return []
    wrong = []
    for entry in entries:
        call = f"{entry['method']} {entry['target']}"
        if entry["status"] == 0 or entry["fault"] == "garbage":
            continue
        if entry["status"] == 200 and not entry["replayed"]:
            errors = checker.request_errors(entry["method"], entry["target"], entry["body"])
            wrong += [f"{call} request: {error}" for error in errors]
        if checker.find_operation(entry["method"], entry["target"].partition("?")[0])[1] is not None:
            errors = checker.response_errors(
                entry["method"], entry["target"], entry["status"], entry["response"]
            )
            wrong += [f"{call} {entry['status']}: {error}" for error in errors]
    return wrong


def event_errors(events: list[Json]) -> list[str]:
    """What is wrong with Event objects, their `data.object` included."""
    checker = contract()
    if checker is None:
        return []
    return [
        f"{event.get('type')} {event.get('id')}: {error}"
        for event in events
        for error in checker.event_errors(event)
    ]
