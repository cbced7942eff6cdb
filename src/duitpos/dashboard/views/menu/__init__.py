"""The menu's pages."""
