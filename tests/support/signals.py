"""Start child processes with default signal handling."""

from __future__ import annotations

import signal


def default_signals() -> None:
    """For `preexec_fn`: nohup ignores SIGHUP, and a shell ignores SIGINT for background processes.

    Children inherit both, so that without this they would ignore these signals.
    """
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


HANG = 60.0
"""Seconds after which a test gives up on a process. No test checks a process's speed, since machines are shared."""
