"""Deliveries of events to webhook endpoints: in parallel, with retries on the sandbox's clock."""

import asyncio
import copy
import random
import time
from collections.abc import Coroutine

import httpx

from stripe_sandbox.clock import Clock
from stripe_sandbox.delivery.failing import FailingEndpoints
from stripe_sandbox.delivery.request import payload, sign
from stripe_sandbox.delivery.rules import Rule, Rules, type_matches
from stripe_sandbox.ids import new_id
from stripe_sandbox.settings import Settings
from stripe_sandbox.store import Json, Record, Store
from stripe_sandbox.timers import Timers

# Deliveries leave in parallel and arrive in any order, as Stripe's do.
JITTER_SECONDS = 0.02

FINISHED = ("delivered", "failed", "dropped")


class Deliveries:
    """All deliveries: one record per event and endpoint, which lists its attempts."""

    def __init__(self, store: Store, clock: Clock, timers: Timers, settings: Settings) -> None:
        self._store, self._clock, self._timers, self._settings = store, clock, timers, settings
        self.rules = Rules()
        self._tasks: set[asyncio.Task[None]] = set()
        self._progress = asyncio.Event()
        self._client: httpx.AsyncClient | None = None
        self._by_event: dict[str, list[Record]] = {}
        self._failing = FailingEndpoints(store, clock, timers, settings)
        self.reload()
        timers.on("deliver", self._deliver_due)

    # -- planning ------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Rebuild the index from the store, after start and reset."""
        self._by_event.clear()
        for record in self._store.all("delivery"):
            self._by_event.setdefault(record.extra["event"], []).append(record)

    def endpoints_for(self, event: Record, everywhere: bool = False) -> list[Record]:
        """Enabled endpoints of the event's account and mode that listen to its type."""
        return [
            endpoint
            for endpoint in self._store.all("endpoint")
            if (endpoint.account, endpoint.livemode) == (event.account, event.livemode)
            and endpoint.obj["status"] == "enabled"
            and (everywhere or type_matches(event.obj["type"], endpoint.obj["enabled_events"]))
        ]

    def dispatch(self, event: Record, everywhere: bool = False) -> list[Record]:
        """Deliver an event to its endpoints, subject to the rules."""
        planned = [self._plan(event, endpoint) for endpoint in self.endpoints_for(event, everywhere)]
        for delivery in planned:
            self._apply_rules(delivery, event)
        return planned

    def _plan(self, event: Record, endpoint: Record) -> Record:
        extra: Json = {
            "event": event.id,
            "type": event.obj["type"],
            "object": event.obj["data"]["object"].get("id"),
            "endpoint": endpoint.id,
            "url": endpoint.obj["url"],
            "state": "waiting",
            "attempts": [],
            "next_at": None,
        }
        record = Record("delivery", new_id("dl"), event.account, event.livemode, self._clock.now(), {}, extra)
        self._by_event.setdefault(event.id, []).append(record)
        return self._store.add(record)

    def _apply_rules(self, delivery: Record, event: Record) -> None:
        delay, copies, tamper = 0.0, 1, None
        for rule in self.rules.matching(delivery.extra["type"], delivery.extra["endpoint"]):
            if rule.action in ("hold", "drop", "reorder"):
                self._hold_or_drop(delivery, rule)
                return
            if rule.action == "duplicate":
                copies += 1
            elif rule.action == "duplicate_event":
                self._duplicate_event(event, delivery.extra["endpoint"])
            elif rule.action == "delay":
                delay += rule.seconds
            else:
                tamper = rule.part
        if delay:
            self._schedule(delivery, delay, "waiting")
            return
        for _ in range(copies):
            self._start(self._send(delivery, tamper))

    def _hold_or_drop(self, delivery: Record, rule: Rule) -> None:
        if rule.action == "drop":
            self._set(delivery, "delivered" if rule.claim_delivered else "dropped")
            return
        self._set(delivery, "held")
        if rule.action == "reorder":
            rule.kept.append(delivery.id)
            if rule.count == 0:
                self._start(self._send_in_order(list(reversed(rule.kept))))

    def _duplicate_event(self, event: Record, endpoint_id: str) -> None:
        """Send a second Event object for the same change, as Stripe sometimes does."""
        obj = {**copy.deepcopy(event.obj), "id": new_id("evt")}
        duplicate = Record("event", obj["id"], event.account, event.livemode, self._clock.now(), obj)
        self._store.add(duplicate)
        endpoint = self._store.find("endpoint", endpoint_id)
        if endpoint is not None:
            self._start(self._send(self._plan(duplicate, endpoint), None))

    def _schedule(self, delivery: Record, seconds: float, state: str) -> None:
        at = self._clock.exact() + seconds
        delivery.extra["next_at"] = int(at)
        self._set(delivery, state)
        self._timers.add("deliver", at, delivery=delivery.id)

    def _deliver_due(self, delivery: str) -> None:
        record = self._store.find("delivery", delivery)
        if record is not None and record.extra["state"] in ("waiting", "retrying"):
            self._start(self._send(record, None))

    def _set(self, delivery: Record, state: str) -> None:
        delivery.extra["state"] = state
        self._store.save(delivery)
        self._notify_progress()

    def _notify_progress(self) -> None:
        self._progress.set()
        self._progress = asyncio.Event()

    # -- on demand -----------------------------------------------------------------------------------------

    def resend(self, event: Record, endpoint_id: str | None) -> list[Record]:
        """Send an event again, now, to one endpoint or to all that listen to its type."""
        endpoints = self.endpoints_for(event)
        if endpoint_id is not None:
            endpoints = [e for e in self.endpoints_for(event, everywhere=True) if e.id == endpoint_id]
        planned = [self._plan(event, endpoint) for endpoint in endpoints]
        for delivery in planned:
            self._start(self._send(delivery, None))
        return planned

    def undelivered(self, endpoint_id: str) -> list[str]:
        """Events that this endpoint has not answered with 2xx, oldest first."""
        states: dict[str, bool] = {}
        for record in self._store.all("delivery"):
            if record.extra["endpoint"] == endpoint_id:
                event = record.extra["event"]
                states[event] = states.get(event, False) or record.extra["state"] == "delivered"
        return [event for event, done in states.items() if not done]

    def retry(self, delivery: Record) -> None:
        self._start(self._send(delivery, None))

    def release(self, order: str, ids: list[str] | None, types: list[str] | None) -> int:
        """Send held deliveries: `fifo` or `lifo` one after the other, or in `parallel`; answers how many."""
        held = [
            r
            for r in self._store.all("delivery")
            if r.extra["state"] == "held"
            and (ids is None or r.id in ids)
            and (types is None or type_matches(r.extra["type"], types))
        ]
        for record in held:
            self._set(record, "waiting")
        keys = [record.id for record in held]
        if order == "parallel":
            for record in held:
                self._start(self._send(record, None))
        elif keys:
            self._start(self._send_in_order(keys if order == "fifo" else list(reversed(keys))))
        return len(held)

    async def _send_in_order(self, keys: list[str]) -> None:
        for key in keys:
            record = self._store.find("delivery", key)
            if record is not None:
                await self._send(record, None)

    # -- sending -------------------------------------------------------------------------------------------

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, delivery: Record, tamper: str | None) -> None:
        """One attempt, recorded whatever happens; a failed one is scheduled again."""
        await asyncio.sleep(random.uniform(0, JITTER_SECONDS))  # noqa: S311 (no secret)
        endpoint = self._store.find("endpoint", delivery.extra["endpoint"])
        event = self._store.find("event", delivery.extra["event"])
        if endpoint is None or event is None:
            delivery.extra["next_at"] = None
            self._set(delivery, "failed")
            return
        if endpoint.obj["status"] != "enabled":
            self._skip_attempt(delivery)
            return
        self._set(delivery, "sending")
        body = payload(event, endpoint, max(1, self.pending(event.id)))
        body, headers = sign(body, endpoint, self._clock.now(), self._settings, tamper)
        attempt: Json = {
            "at": self._clock.now(),
            "status": None,
            "error": None,
            "response": "",
            "signature": headers.get("Stripe-Signature"),
            "body": body.decode(),
        }
        started = time.monotonic()
        try:
            reply = await self._http().post(
                delivery.extra["url"],
                content=body,
                headers=headers,
                timeout=self._settings.delivery_timeout_seconds,
            )
            attempt["status"], attempt["response"] = reply.status_code, reply.text[:500]
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            attempt["error"] = f"{type(error).__name__}: {error}"
        attempt["ms"] = round((time.monotonic() - started) * 1000)
        delivery.extra["attempts"].append(attempt)
        self._failing.note(endpoint, delivered=_is_success(attempt["status"]))
        self._finish_attempt(delivery, attempt["status"])
        self._store.flush()

    def _finish_attempt(self, delivery: Record, status: int | None) -> None:
        delivery.extra["next_at"] = None
        if _is_success(status):
            self._set(delivery, "delivered")
            return
        if delivery.extra["state"] == "delivered":
            # A duplicate failed after another copy had been delivered.
            self._notify_progress()
            return
        self._schedule_retry(delivery)

    def _skip_attempt(self, delivery: Record) -> None:
        """Count an attempt as skipped while its endpoint is disabled; the retries go on, as it may be enabled again."""
        planned = delivery.extra["next_at"] or 0
        if delivery.extra["state"] == "delivered" or planned > self._clock.now():
            return
        delivery.extra["skipped"] = delivery.extra.get("skipped", 0) + 1
        self._schedule_retry(delivery)

    def _schedule_retry(self, delivery: Record) -> None:
        """Schedule the next attempt, or fail after the last one."""
        tries = len(delivery.extra["attempts"]) + delivery.extra.get("skipped", 0)
        waits = self._settings.retry_seconds
        if tries > len(waits):
            delivery.extra["next_at"] = None
            self._set(delivery, "failed")
        else:
            self._schedule(delivery, waits[tries - 1], "retrying")

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            # No proxy from the environment: endpoints are on this machine or its network.
            limits = httpx.Limits(max_connections=200, max_keepalive_connections=20)
            self._client = httpx.AsyncClient(follow_redirects=False, trust_env=False, limits=limits)
        return self._client

    # -- state ---------------------------------------------------------------------------------------------

    def of_event(self, event_id: str) -> list[Record]:
        return self._by_event.get(event_id, [])

    def pending(self, event_id: str) -> int:
        """Endpoints that have not yet answered this event with 2xx."""
        states: dict[str, bool] = {}
        for record in self.of_event(event_id):
            endpoint = record.extra["endpoint"]
            states[endpoint] = states.get(endpoint, False) or record.extra["state"] == "delivered"
        return sum(not done for done in states.values())

    async def wait_answered(self, event_id: str, timeout: float) -> None:
        """Wait until every delivery of an event was attempted once, `timeout` real seconds at most."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            progress = self._progress
            open_ones = [
                r
                for r in self.of_event(event_id)
                if not r.extra["attempts"] and r.extra["state"] not in FINISHED
            ]
            if not open_ones:
                return
            await _wait(progress, until - time.monotonic())

    async def wait_idle(self, timeout: float) -> bool:
        """Wait until nothing is being sent; False when `timeout` real seconds did not suffice."""
        until = time.monotonic() + timeout
        while self._tasks:
            left = until - time.monotonic()
            if left <= 0:
                return False
            await asyncio.wait(list(self._tasks), timeout=left)
        return True

    def resume(self) -> None:
        """After a restart: send what had not been sent when the process ended."""
        for record in self._store.all("delivery"):
            if record.extra["state"] == "sending" or (
                record.extra["state"] == "waiting" and record.extra["next_at"] is None
            ):
                self._start(self._send(record, None))

    def forget(self) -> None:
        """Cancel everything under way (reset)."""
        for task in list(self._tasks):
            task.cancel()
        self.rules.clear()

    async def close(self) -> None:
        self.forget()
        if self._client is not None:
            await self._client.aclose()


def _is_success(status: int | None) -> bool:
    return status is not None and 200 <= status < 300


async def _wait(event: asyncio.Event, timeout: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), max(0.0, timeout))
    except TimeoutError:
        return
