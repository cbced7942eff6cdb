"""Line icons, 24 by 24, drawn in the text's colour."""

from __future__ import annotations

ICONS = {
    "ok": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 12.5l2.7 2.7L16 9.5",
    "waiting": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7.5V12l3 2",
    "attention": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7.5v5.5M12 16.3v.2",
    "failed": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9 9l6 6M15 9l-6 6",
    "quiet": "M7 12h10",
    "home": "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
    "orders": "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
    "bell": "M6 16.5V11a6 6 0 1 1 12 0v5.5l1.5 1.5h-15zM10.5 20.5h3",
    "issues": "M3 8.5V6h18v2.5M3 11v7h8M17.5 10.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM17.5 12.8v2.6M17.5 17.2v.1",
    "menu": "M5 3h11a2 2 0 0 1 2 2v16H7a2 2 0 0 1-2-2zM9 8h5M9 12h5M9 16h3",
    "tables": "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5M20 14v6h-6",
    "place": "M12 21c-4-4-7-8-7-11a7 7 0 1 1 14 0c0 3-3 7-7 11zM12 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
    "payments": "M3 6h18v12H3zM3 10h18M7 14.5h3",
    "reports": "M4 20h16M7 16v-5M12 16V5M17 16v-8",
    "flag": "M6 21V4M6 4.5h12l-2.5 4 2.5 4H6",
    "kitchen": "M12 21a6 6 0 0 1-6-6c0-5 4-6 4-12 4 2 5 5 5 8 1 0 1-2 1-3 2 3 2 5 2 7a6 6 0 0 1-6 6z",
    "sold_out": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM5.7 5.7l12.6 12.6",
    "pause": "M9 5v14M15 5v14",
    "person": "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM5 20c1-4 4-5 7-5s6 1 7 5",
    "copy": "M9 9h11v11H9zM5 15H4V4h11v1",
    "search": "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4.5 4.5",
    "print": "M7 9V3h10v6M7 17H4V9h16v8h-3M7 14h10v7H7z",
    "plus": "M12 5v14M5 12h14",
    "more": "M5 12v.1M12 12v.1M19 12v.1",
    "up": "M6 15l6-6 6 6",
    "down": "M6 9l6 6 6-6",
    "grip": "M9 6v.1M15 6v.1M9 12v.1M15 12v.1M9 18v.1M15 18v.1",
    "back": "M15 5l-7 7 7 7",
    "language": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c-5 5-5 13 0 18M12 3c5 5 5 13 0 18",
    "theme": "M12 3a9 9 0 1 0 9 9c-4 2.5-10-2-9-9z",
}
"""SVG paths by name. The four meanings have their own names."""
