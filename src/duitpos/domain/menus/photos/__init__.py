"""Photos of dishes: re-encoded, stored by their contents, served with their dimensions."""
