"""General tools, independent of restaurants: money, ids, clock, tenant scope, environment, encryption."""
