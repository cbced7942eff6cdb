"""Write the menu: sections, items, choices, prices. Each change reaches guests at once (menus/changed.py)."""
