"""Deliveries: several notices in one signed body, tried again until the receiver says [accepted]."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .bills import new_id, now
from .keys import SigningKey
from .messages import Json

ACCEPTED = "[accepted]"
MOST_TRIES = 5
MOST_NOTICES = 10
# Seconds before the second try, the third, and so on.
RETRY_AFTER = (60.0, 600.0, 3600.0, 21600.0)
TIMEOUT_SECONDS = 10.0


@dataclass(slots=True)
class Delivery:
    """One body for one address. A retry sends the same bytes and signature; `reason` is "bill" or a callback."""

    url: str
    reason: str
    body: bytes
    signature: str
    notices: list[Json]
    state: str = "waiting"
    due_at: float = 0.0
    tries: list[Json] = field(default_factory=list)
    id: str = field(default_factory=lambda: new_id("DL"))

    def plain(self) -> Json:
        return {
            "id": self.id,
            "url": self.url,
            "reason": self.reason,
            "what": [notice.get("what") for notice in self.notices],
            "bills": [notice.get("bill") for notice in self.notices],
            "state": self.state,
            "seconds_left": max(0.0, self.due_at - time.monotonic()) if self.state == "waiting" else None,
            "tries": list(self.tries),
            "body": self.body.decode(),
            "signature": self.signature,
        }


@dataclass(slots=True)
class _Notice:
    """A notice that is in no delivery yet."""

    url: str
    reason: str
    key: SigningKey
    content: Json


class Deliveries:
    """Notices and deliveries of all merchants. A thread sends what is due, at most one at a time to an address."""

    def __init__(self) -> None:
        self._lock = threading.Condition(threading.RLock())
        self._stopped = False
        self._age = 0
        self._fill()
        self._thread = threading.Thread(target=self._run, name="deliveries", daemon=True)

    def _fill(self) -> None:
        self.retry_after: tuple[float, ...] = RETRY_AFTER
        self.by_hand = False
        self._notices: list[_Notice] = []
        self._deliveries: list[Delivery] = []
        self._busy: set[str] = set()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changes():
            self._stopped = True
        self._thread.join(5)

    def reset(self) -> None:
        """Forget everything; what is under way will not be noted."""
        with self._changes():
            self._age += 1
            self._fill()

    @contextmanager
    def _changes(self) -> Iterator[None]:
        with self._lock:
            yield
            self._lock.notify_all()

    # -- what to send --------------------------------------------------------------------------------------

    def add(self, url: str, reason: str, key: SigningKey, notice: Json) -> None:
        """Put a notice beside others that wait for this address."""
        with self._changes():
            self._notices.append(_Notice(url, reason, key, notice))

    def add_body(self, url: str, reason: str, key: SigningKey, body: bytes, notices: list[Json]) -> Delivery:
        """Send this body, whatever it is."""
        delivery = Delivery(url, reason, body, key.sign(body), notices)
        with self._changes():
            self._deliveries.append(delivery)
        return delivery

    def send_again(self, delivery_id: str) -> Delivery | None:
        """Send the same bytes once more, as a delivery of its own."""
        with self._changes():
            for old in self._deliveries:
                if old.id == delivery_id:
                    again = Delivery(old.url, old.reason, old.body, old.signature, old.notices)
                    self._deliveries.append(again)
                    return again
        return None

    def set(self, retry_after: tuple[float, ...], by_hand: bool) -> None:
        with self._changes():
            self.retry_after, self.by_hand = retry_after, by_hand

    def _gather(self) -> None:
        """Make deliveries of the notices, unless an older body for the same address is being sent."""
        groups: dict[tuple[str, str, SigningKey], list[_Notice]] = {}
        for notice in self._notices:
            if notice.url not in self._busy:
                groups.setdefault((notice.url, notice.reason, notice.key), []).append(notice)
        for (url, reason, key), group in groups.items():
            for start in range(0, len(group), MOST_NOTICES):
                contents = [notice.content for notice in group[start : start + MOST_NOTICES]]
                self.add_body(url, reason, key, json.dumps({"notices": contents}).encode(), contents)
        self._notices = [notice for notice in self._notices if notice.url in self._busy]

    # -- sending -------------------------------------------------------------------------------------------

    def _run(self) -> None:
        with self._lock:
            while not self._stopped:
                if not self.by_hand:
                    self._gather()
                    for delivery in self._due():
                        if delivery.url not in self._busy:
                            self._claim(delivery)
                            threading.Thread(
                                target=self._try, args=(delivery, self._age), daemon=True
                            ).start()
                self._lock.wait(self._seconds_to_next())

    def _due(self) -> list[Delivery]:
        at = time.monotonic()
        return [one for one in self._deliveries if one.state == "waiting" and one.due_at <= at]

    def _seconds_to_next(self) -> float | None:
        if self.by_hand:
            return None
        waiting = [
            one.due_at for one in self._deliveries if one.state == "waiting" and one.url not in self._busy
        ]
        return max(0.0, min(waiting) - time.monotonic()) if waiting else None

    def _claim(self, delivery: Delivery) -> None:
        delivery.state = "sending"
        self._busy.add(delivery.url)

    def _try(self, delivery: Delivery, age: int) -> None:
        """Send a claimed delivery once and note the receiver's answer."""
        began = now()
        outcome = _post(delivery)
        with self._changes():
            if age != self._age:
                return
            self._busy.discard(delivery.url)
            delivery.tries.append({"at": began, **outcome})
            if outcome["status"] == 200 and outcome["answer"].strip() == ACCEPTED:
                delivery.state = "accepted"
            elif len(delivery.tries) >= MOST_TRIES:
                delivery.state = "given_up"
            else:
                delivery.state = "waiting"
                wait = self.retry_after[min(len(delivery.tries), len(self.retry_after)) - 1]
                delivery.due_at = time.monotonic() + wait

    def send_now(self) -> list[Json]:
        """Try everything that waits once, without regard to its time, in this thread; what was tried."""
        tried: list[Delivery] = []
        with self._lock:
            self._gather()
            waiting = [one for one in self._deliveries if one.state == "waiting"]
        for delivery in waiting:
            with self._lock:
                self._wait_until_free(delivery.url)
                if delivery.state != "waiting":
                    continue
                self._claim(delivery)
                age = self._age
            self._try(delivery, age)
            tried.append(delivery)
        with self._lock:
            return [delivery.plain() for delivery in tried]

    # -- looking -------------------------------------------------------------------------------------------

    def wait_idle(self, seconds: float, with_retries: bool) -> bool:
        """Wait until nothing is due or being sent; with `with_retries`, until no retry is to come either."""

        def idle() -> bool:
            if any(one.state == "sending" for one in self._deliveries):
                return False
            if self.by_hand:
                return True
            waits = any(one.state == "waiting" for one in self._deliveries)
            return not self._notices and not (waits if with_retries else self._due())

        with self._lock:
            return self._lock.wait_for(idle, seconds)

    def _wait_until_free(self, url: str) -> None:
        self._lock.wait_for(lambda: url not in self._busy, 2 * TIMEOUT_SECONDS)

    def listed(self) -> list[Json]:
        """All deliveries, oldest first."""
        with self._lock:
            return [delivery.plain() for delivery in self._deliveries]


def _post(delivery: Delivery) -> Json:
    """Send the body; no redirect is followed and no proxy is used."""
    outcome: Json = {"status": None, "answer": "", "error": ""}
    address = urlsplit(delivery.url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    headers = {"Content-Type": "application/json", "X-Kedai-Signature": delivery.signature}
    target = address.path or "/"
    if address.query:
        target += f"?{address.query}"
    connection = kind(address.hostname or "", address.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("POST", target, delivery.body, headers)
        response = connection.getresponse()
        outcome["status"] = response.status
        outcome["answer"] = response.read(2000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        outcome["error"] = f"{type(error).__name__}: {error}"
    finally:
        connection.close()
    return outcome
