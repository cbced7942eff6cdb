"""The sandbox in place of Stripe; all its traffic is checked against Stripe's contract."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from duitpos.processors.stripe.adapter import StripeAdapter, StripeProcessor
from tests.sandbox_contract import event_errors, traffic_errors
from tests.sandbox_process import SandboxProcess


@pytest.fixture(scope="module")
def process() -> Iterator[SandboxProcess]:
    with SandboxProcess("--account-name", "Kopi Ujian") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(process: SandboxProcess) -> Iterator[SandboxProcess]:
    """An empty sandbox; the test's traffic is checked at its end."""
    process.reset()
    yield process
    wrong = traffic_errors(process.requests()) + event_errors(process.listed("events"))
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def adapter() -> StripeAdapter:
    return StripeAdapter()


@pytest.fixture
def stripe_account(adapter: StripeAdapter, sandbox: SandboxProcess) -> StripeProcessor:
    return adapter.open({"secret_key": sandbox.secret_key}, sandbox.url)
