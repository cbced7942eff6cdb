"""DuitPOS: a guest scans, orders and pays; the restaurant sees exactly one paid order."""

__version__ = "0.1.0"
