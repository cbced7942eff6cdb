"""The hosted checkout pages that a payer sees."""
