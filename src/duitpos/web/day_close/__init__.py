"""A day close in words: the dashboard's page, its PDF and the mail show the same sheet."""
