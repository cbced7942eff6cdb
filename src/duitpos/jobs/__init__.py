"""Work outside web requests: the worker with its tasks, and the sweep."""
