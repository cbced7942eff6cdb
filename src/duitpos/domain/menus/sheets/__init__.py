"""Menus in files: export and import as CSV and XLSX (docs/menu-files.md)."""
