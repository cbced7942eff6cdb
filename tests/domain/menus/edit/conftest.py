"""Fixtures: the imaginary processor, for a dish whose price changes while somebody pays."""

from tests.support.fake_shops import fake_shop

__all__ = ["fake_shop"]
