"""Webhook deliveries: which endpoints get an event, signed, retried, and changed by a test's rules."""
