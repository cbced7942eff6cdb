"""Stripe: Checkout in `payment` mode. Only this package uses Stripe's library, terms and amounts."""
