"""The business: verbs and questions. No request, no HTML, no processor by name."""
