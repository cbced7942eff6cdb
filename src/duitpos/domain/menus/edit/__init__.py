"""Write the menu: sections, items, their order. Each change reaches guests at once (menus/changed.py)."""
