"""The worker process: looks at the outbox every second, and sweeps every few seconds."""

from __future__ import annotations

import signal
from collections.abc import Callable
from functools import partial
from threading import Event, Thread
from types import FrameType

import structlog
from django.db import connection

from duitpos.domain.checkout.limits import forget_counters
from duitpos.domain.payments.outbox.due import due_entries
from duitpos.domain.payments.outbox.run import run_entries
from duitpos.domain.staff_actions.alert_policies import run_due_policies
from duitpos.domain.sweep.dispute_deadlines import remind_all
from duitpos.domain.sweep.double_orders import flag_all_doubles
from duitpos.domain.sweep.popular import refresh_all_popular
from duitpos.domain.sweep.purge import purge
from duitpos.domain.sweep.sweep import SweepReport, accounts_with_due_work, lane_of, most_lanes, sweep_account
from duitpos.domain.sweep.unfinished import tell_unfinished
from duitpos.jobs.lanes import Lanes
from duitpos.jobs.loop import keep_doing
from duitpos.jobs.totals import sum_all_changed
from duitpos.jobs.unfinished_mail import send_unfinished
from duitpos.kit import env
from duitpos.kit.heartbeat import beat
from duitpos.models.outbox import OutboxKind

log = structlog.get_logger(__name__)

OUTBOX_SECONDS = 1.0
"""The pause between two looks at the outbox."""
HOUR_SECONDS = 3600.0
PURGE_SECONDS = 86400.0
"""The purge reads every restaurant's history, so it runs once a day, and for the first time at the start."""
TOTALS_SECONDS = 300.0
"""A day of a busy location is summed anew at most so often; a report sums the days that it shows by itself."""
THREADS = 4
"""Threads of one lane: restaurants that are asked about at one processor at once."""
POLICY_SECONDS = 5.0
"""The pause between two looks for alerts that nobody has decided in time."""
DOUBLES_SECONDS = 60.0
"""The pause between two looks for orders that were probably paid twice."""
LOOPS = 7
"""Threads beside those of the lanes: one for each loop."""
SHARED_LANES = {OutboxKind.DAY_CLOSE: OutboxKind.ALERT, OutboxKind.REFUND: OutboxKind.RECEIPT}
"""Kinds that run in the lane of another mail to owners or to guests: each lane has connections of its own."""
STUCK_SECONDS = 60.0
"""A sweep whose work has waited this long is no longer reported as healthy."""


def run_worker() -> None:
    """Work until SIGTERM or SIGINT, and finish the current work first."""
    every = sweep_seconds()
    stop = Event()

    def end(signum: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    log.info("worker started", sweep_seconds=every)
    with Lanes(lane_threads()) as sweeps, Lanes(lane_threads()) as entries:
        others = (
            _loop("outbox", partial(look_at_outbox, entries), OUTBOX_SECONDS, stop),
            _loop("hourly", partial(every_hour, stop.is_set), HOUR_SECONDS, stop),
            _loop("policies", run_due_policies, POLICY_SECONDS, stop),
            _loop("doubles", partial(flag_all_doubles, stop.is_set), DOUBLES_SECONDS, stop),
            _loop("totals", partial(sum_all_changed, stop.is_set), TOTALS_SECONDS, stop),
            _loop("purge", partial(purge, stop.is_set), PURGE_SECONDS, stop),
        )
        keep_doing("sweep", partial(sweep_once, sweeps), every, stop)
        for thread in others:
            thread.join()
    log.info("worker stopped")


def sweep_seconds() -> int:
    """DUITPOS_SWEEP_SECONDS: the pause between two sweeps."""
    return env.number("DUITPOS_SWEEP_SECONDS", 5, least=1)


def lane_threads() -> int:
    """Threads of one lane. All lanes and loops together use no more connections than the pool of PostgreSQL has."""
    pool = connection.settings_dict["OPTIONS"].get("pool")
    if pool is None:
        return THREADS
    share: int = (pool["max_size"] - LOOPS) // (most_lanes() + len(OutboxKind) - len(SHARED_LANES))
    return max(1, min(THREADS, share))


def sweep_once(lanes: Lanes) -> None:
    """Hand every account with due work to the lane of its processor, and report success to /readyz."""
    for account in accounts_with_due_work():
        lanes.start(lane_of(account), account.id, partial(sweep_account, account, SweepReport()))
    if lanes.longest() < STUCK_SECONDS:
        beat("sweep")


def every_hour(is_stopped: Callable[[], bool]) -> None:
    """Remind of disputes and of unfinished restaurants, forget old counters, count what is popular on the menus."""
    remind_all(is_stopped)
    tell_unfinished(send_unfinished)
    forget_counters()
    refresh_all_popular(is_stopped)


def look_at_outbox(lanes: Lanes) -> None:
    """Hand every restaurant's due entries to the lane of their kind."""
    for due in due_entries():
        lane = SHARED_LANES.get(due.kind, due.kind)
        lanes.start(lane, (due.tenant_id, due.kind), partial(run_entries, due))


def _loop(name: str, work: Callable[[], object], every: float, stop: Event) -> Thread:
    thread = Thread(target=keep_doing, args=(name, work, every, stop), name=name)
    thread.start()
    return thread
