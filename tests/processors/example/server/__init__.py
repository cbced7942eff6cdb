"""Kedai Pay: an imaginary processor that differs from Stripe wherever it can. README.md describes it.

It imports nothing of duitpos and nothing of Django, so that it cannot share a mistake with the adapter.
"""
