"""Builders of full Stripe objects: every property that Stripe always sends is there."""
