"""Django's PostgreSQL with a pool that does not let everybody wait for a database that is away."""
