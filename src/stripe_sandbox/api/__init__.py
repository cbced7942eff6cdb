"""Stripe's API below `/v1`: from the request to the operation and back."""
