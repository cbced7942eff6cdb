"""Child processes as a person's shell starts them, whatever ours was started with."""

from __future__ import annotations

import signal


def default_signals() -> None:
    """For `preexec_fn`: nohup ignores SIGHUP for us, and a shell ignores SIGINT for what it starts in the background.

    Both are inherited, so that without this a child that is told to stop would not hear it.
    """
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


HANG = 60.0
"""Seconds after which a test gives up on a process. No test says how fast one is: machines are shared."""
