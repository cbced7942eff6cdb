"""Kedai Pay in place of Stripe: one process for each test module, emptied before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.processors.example.process import ExampleServer
from tests.processors.example.receiver import Receiver


@pytest.fixture(scope="module")
def process() -> Iterator[ExampleServer]:
    with ExampleServer() as server:
        yield server


@pytest.fixture
def kedai(process: ExampleServer) -> ExampleServer:
    """An empty Kedai Pay."""
    process.reset()
    return process


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()
