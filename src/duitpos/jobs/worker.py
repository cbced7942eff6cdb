"""The worker process: runs queued tasks, and sweeps every few seconds."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from functools import partial
from threading import Event, Thread
from types import FrameType

import structlog
from django.core.management import call_command
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from duitpos.domain.checkout.limits import forget_counters
from duitpos.domain.sweep.purge import purge
from duitpos.domain.sweep.sweep import sweep
from duitpos.jobs.loop import keep_doing
from duitpos.kit import env
from duitpos.kit.heartbeat import beat

log = structlog.get_logger(__name__)

TASK_SECONDS = 1.0
"""The queue's polling interval. Tasks only run outbox entries earlier; the sweep guarantees that they run."""
PRUNE_SECONDS = 3600.0
PURGE_SECONDS = 86400.0
"""The purge reads every restaurant's history, so it runs once a day, and for the first time at the start."""


def run_worker() -> None:
    """Work until SIGTERM or SIGINT, and finish the current work first."""
    every = sweep_seconds()
    stop = Event()
    tasks = _task_worker()

    def end(signum: int, frame: FrameType | None) -> None:
        tasks.running = False
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    log.info("worker started", sweep_seconds=every)
    hurry = Thread(target=keep_doing, args=("tasks", _run_tasks(tasks), TASK_SECONDS, stop), name="tasks")
    pruning = Thread(target=keep_doing, args=("prune", prune, PRUNE_SECONDS, stop), name="prune")
    purging = Thread(
        target=keep_doing, args=("purge", partial(purge, stop.is_set), PURGE_SECONDS, stop), name="purge"
    )
    others = (hurry, pruning, purging)
    for thread in others:
        thread.start()
    keep_doing("sweep", sweep_once, every, stop)
    for thread in others:
        thread.join()
    log.info("worker stopped")


def sweep_seconds() -> int:
    """DUITPOS_SWEEP_SECONDS: the pause between two sweeps."""
    return env.number("DUITPOS_SWEEP_SECONDS", 5, least=1)


def sweep_once() -> None:
    """Sweep, and report success to /readyz."""
    sweep()
    beat("sweep")


def prune() -> None:
    """Delete ended tasks and old start counters."""
    prune_tasks()
    forget_counters()


def prune_tasks() -> None:
    """Delete tasks that ended more than a day ago; nothing reads them."""
    call_command("prune_db_task_results", "--queue-name=*", "--min-age-days=1", verbosity=0)


def _task_worker() -> Worker:
    # It logs "starting" and "no more tasks" at every poll.
    logging.getLogger("django_tasks_db").setLevel(logging.WARNING)
    return Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    )


def _run_tasks(tasks: Worker) -> Callable[[], None]:
    """A function that runs all queued tasks, then returns."""

    def run() -> None:
        # The package's own poll takes SQLite's write lock; this query only reads.
        if DBTaskResult.objects.ready().exists():
            tasks.run()

    return run
