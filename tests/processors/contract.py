"""Tests that every processor must pass (docs/processors.md). A new one subclasses `ProcessorContract` with a fixture
`rig`, which gives a `Rig` (rig.py).

The money path depends on this behaviour, so it is tested and not only documented. What a processor can do, its
`Capabilities` say; each test asks them. Where it cannot, the test wants the other behaviour that docs/processors.md
promises, so that no capability is claimed or denied without a reason.
"""

from __future__ import annotations

from tests.processors.contracts.accounts import AccountContract
from tests.processors.contracts.answers import AnswerContract
from tests.processors.contracts.credentials import CredentialContract
from tests.processors.contracts.deliveries import DeliveryContract
from tests.processors.contracts.payments import PaymentContract
from tests.processors.contracts.refunds import RefundContract
from tests.processors.contracts.starting import StartContract
from tests.processors.rig import Rig, Sent, Stored, checkout_request

__all__ = ["ProcessorContract", "Rig", "Sent", "Stored", "checkout_request"]


class ProcessorContract(
    AccountContract,
    AnswerContract,
    CredentialContract,
    StartContract,
    PaymentContract,
    RefundContract,
    DeliveryContract,
):
    """All of it."""
