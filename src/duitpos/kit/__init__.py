"""Small tools that know nothing of restaurants: money, ids, clock, tenant scope, environment, encryption."""
