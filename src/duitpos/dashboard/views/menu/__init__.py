"""The menu editor's pages."""
