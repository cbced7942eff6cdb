"""HTML rendering: the templates, the stylesheet and the headers of every page."""
