"""Stripe: Checkout in `payment` mode. The only package that knows Stripe's library, its words and its amounts."""
