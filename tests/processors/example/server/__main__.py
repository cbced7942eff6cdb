"""`python -m tests.processors.example.server --port N`; the secrets come from the environment."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from .state import First
from .web import KedaiPay


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    options = argparse.ArgumentParser(prog="kedai pay", description="An imaginary processor, for tests.")
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, required=True)
    chosen = options.parse_args()
    stopped = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda number, frame: stopped.set())
    with KedaiPay(First.from_environment(), chosen.host, chosen.port):
        stopped.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
