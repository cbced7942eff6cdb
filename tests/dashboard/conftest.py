"""Fixtures: a restaurant with its owner signed in, without and with the Stripe sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tests.support.live_shop import shop, webhookless_shop
from tests.support.sandboxes import sandbox, sandbox_process

if TYPE_CHECKING:
    from tests.dashboard.client import Dashboard
    from tests.support.shop import Shop

__all__ = ["sandbox", "sandbox_process", "shop", "webhookless_shop"]


@pytest.fixture
def dashboard(db: None, client: Client) -> Dashboard:
    """The dashboard of a new restaurant, with its owner signed in."""
    # pytest loads this file before Django is set up.
    from tests.dashboard.client import open_desk

    return open_desk(client)


@pytest.fixture
def busy_dashboard(shop: Shop, client: Client) -> Dashboard:
    """The dashboard of a restaurant that takes payments, with its owner signed in."""
    from tests.dashboard.client import Dashboard, sign_in

    sign_in(client, shop.restaurant.owner)
    return Dashboard(shop.restaurant, client)
