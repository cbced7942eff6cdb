"""The calls of Stripe's API that the sandbox answers."""
