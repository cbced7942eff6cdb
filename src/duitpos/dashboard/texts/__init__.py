"""The dashboard's sentences for the domain's codes and facts, by topic."""
