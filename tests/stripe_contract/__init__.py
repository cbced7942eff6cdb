"""Stripe's contract at the API version that our library pins, and a checker of traffic against it.

`openapi.json` and `samples.json` are facts about Stripe's API 2026-10-28.endive, reduced to one-off Checkout, from the
type declarations of stripe-node 23.1.0 and from stripe/openapi (both under the MIT licence).
"""
