"""Adapters to payment processors. They use no HTTP request, model or HTML: frozen values in and out (base.py)."""
