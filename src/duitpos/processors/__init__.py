"""Money movers. No request, no model, no HTML: frozen values in and out (base.py)."""
