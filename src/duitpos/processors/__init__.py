"""Money movers. No request, no model, no HTML: frozen values in and out (design.md section 6)."""
