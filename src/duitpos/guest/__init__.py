"""Guest pages: an anonymous phone at a table. Every page works as a plain form; script only makes it nicer."""
