"""Builders of Stripe objects, each with every property that Stripe always sends."""
