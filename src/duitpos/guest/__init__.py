"""Guest pages for an anonymous phone at a table. Every page works as a plain form; script only adds comfort."""
