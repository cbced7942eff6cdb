"""A Stripe of our own for the demo and for tests. See README.md beside this file."""

API_VERSION = "2026-10-28.endive"
