"""Fixtures: the dashboard of a new restaurant."""

from tests.dashboard.conftest import dashboard

__all__ = ["dashboard"]
