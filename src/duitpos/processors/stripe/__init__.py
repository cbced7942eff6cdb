"""Stripe: Checkout in `payment` mode. The only room that knows Stripe's library, its words and its amounts."""
