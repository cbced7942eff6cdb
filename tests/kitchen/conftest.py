"""The kitchen fixture for the tests in this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from tests.kitchen.factories import Kitchen


@pytest.fixture
def kitchen(db: None, client: Client) -> Kitchen:
    # Imported here, because pytest loads this file before Django is set up.
    from tests.kitchen.factories import open_kitchen

    return open_kitchen(client)
