"""The person who hosts DuitPOS: what is checked before a start, what is served, how it says that it is well."""
