"""Kedai Pay's adapter passes the tests for every processor, as each kind of merchant."""

from __future__ import annotations

import pytest

from tests.processors.contract import ProcessorContract
from tests.processors.example.adapter import CANNOT_FIND, REFUSES_DUPLICATES
from tests.processors.example.process import ExampleServer
from tests.processors.example.receiver import Receiver
from tests.processors.example.rig import ExampleRig

pytestmark = pytest.mark.pure


class TestKedaiPay(ProcessorContract):
    @pytest.fixture
    def rig(self, kedai: ExampleServer, receiver: Receiver) -> ExampleRig:
        return ExampleRig(kedai, receiver)


class TestAMerchantThatRefusesDuplicates(ProcessorContract):
    @pytest.fixture
    def rig(self, kedai: ExampleServer, receiver: Receiver) -> ExampleRig:
        kedai.merchant(refuses_duplicates=True)
        return ExampleRig(kedai, receiver, REFUSES_DUPLICATES)


class TestAMerchantThatCannotFind(ProcessorContract):
    @pytest.fixture
    def rig(self, kedai: ExampleServer, receiver: Receiver) -> ExampleRig:
        kedai.merchant(finds_bills=False)
        return ExampleRig(kedai, receiver, CANNOT_FIND)
