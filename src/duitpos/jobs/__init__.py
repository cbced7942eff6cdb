"""What no browser asks for: the worker with its tasks, and the sweep."""
