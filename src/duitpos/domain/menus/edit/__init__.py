"""Change the menu."""
