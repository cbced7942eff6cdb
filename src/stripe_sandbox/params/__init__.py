"""Request parameters of Stripe's API: the form encoding, the field types and a model for each call."""
