"""Work outside web requests: the worker, which looks at the outbox and sweeps."""
