"""A lightweight HTTP client that keeps several connections busy, in a separate process, on loopback only.

`python -m bench.load` reads prepared requests from a file, and writes a Report as JSON. It uses one thread and one
socket per connection, so that on two cores the client is not the bottleneck.
"""

from __future__ import annotations

import json
import re
import resource
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import cycle
from pathlib import Path

from bench.figures import percentile

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)
_PATIENCE = 30.0
"""Seconds without a response after which the run fails."""


@dataclass(frozen=True)
class Report:
    """The result of one load. Times are milliseconds from the first byte sent to the last one received."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    slowest_ms: float
    client_cpu_seconds: float
    statuses: dict[str, int] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)
    """Counts of short response bodies, such as "settled" or "ok"."""

    @property
    def per_second(self) -> float:
        """Responses per second."""
        return self.requests / self.seconds

    def only(self, status: int, word: str | None = None) -> Report:
        """This report, if every response has this status and body; else RuntimeError with the actual ones."""
        if self.statuses != {str(status): self.requests} or (word and self.words != {word: self.requests}):
            raise RuntimeError(f"Expected {status} {word or ''} only, got {self.statuses} {self.words}.")
        return self


def run_load(
    port: int, requests: Sequence[bytes], connections: int, seconds: float, *, once: bool = False
) -> Report:
    """Send `requests` repeatedly for `seconds`, or at most once each with `once`. Waits for every response."""
    with tempfile.TemporaryDirectory(prefix="duitpos-load-") as folder:
        file = Path(folder) / "requests"
        file.write_bytes(b"".join(len(request).to_bytes(4, "big") + request for request in requests))
        words = [sys.executable, "-m", "bench.load", str(port), str(connections), str(seconds)]
        words += ["once" if once else "repeat", str(file)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"The load client failed:\n{done.stderr}")
    return Report(**json.loads(done.stdout))


@dataclass
class _Line:
    """One connection, with at most one request in progress."""

    socket: socket.socket
    sent_at: float = 0.0
    answer: bytes = b""
    total: int = 0
    """Bytes of the whole response; 0 until its head has arrived."""


class _Client:
    def __init__(self, port: int, connections: int) -> None:
        self.lines = [_Line(_connect(port)) for _ in range(connections)]
        self.took: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.words: Counter[str] = Counter()

    def run(self, requests: Iterator[bytes], until: float) -> None:
        """Keep every connection busy until there are no requests or no time left."""
        poll = select.poll()
        by_number = {line.socket.fileno(): line for line in self.lines}
        busy = 0
        for number, line in by_number.items():
            if self._send(line, requests, until):
                poll.register(number, select.POLLIN)
                busy += 1
        while busy:
            ready = poll.poll(_PATIENCE * 1000)
            if not ready:
                raise TimeoutError(f"No answer within {_PATIENCE:.0f} seconds.")
            for number, _ in ready:
                line = by_number[number]
                if self._receive(line) and not self._send(line, requests, until):
                    poll.unregister(number)
                    busy -= 1

    def close(self) -> None:
        """Close all connections."""
        for line in self.lines:
            line.socket.close()

    def _send(self, line: _Line, requests: Iterator[bytes], until: float) -> bool:
        if time.perf_counter() >= until:
            return False
        request = next(requests, None)
        if request is None:
            return False
        line.sent_at = time.perf_counter()
        line.socket.sendall(request)
        return True

    def _receive(self, line: _Line) -> bool:
        """Read available bytes; returns whether the response is complete."""
        part = line.socket.recv(262_144)
        if not part:
            raise ConnectionError(f"The server closed a connection after {line.answer!r}.")
        line.answer = line.answer + part if line.answer else part
        if not line.total:
            end = line.answer.find(b"\r\n\r\n")
            if end < 0:
                return False
            line.total = end + 4 + _body_length(line.answer[:end])
        if len(line.answer) < line.total:
            return False
        self.took.append((time.perf_counter() - line.sent_at) * 1000)
        self.statuses[line.answer[9:12].decode()] += 1
        body = line.answer.partition(b"\r\n\r\n")[2] if line.total < 2000 else b""
        if 0 < len(body) < 60:
            self.words[body.decode()] += 1
        line.answer, line.total = b"", 0
        return True


def _connect(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _body_length(head: bytes) -> int:
    found = _LENGTH.search(head)
    if found:
        return int(found[1])
    if head[9:12] in (b"304", b"204"):
        return 0
    raise ConnectionError(f"An answer without a length: {head!r}")


def _read(file: Path) -> list[bytes]:
    data, at, requests = file.read_bytes(), 0, []
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        requests.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return requests


def _main(port: int, connections: int, seconds: float, *, once: bool, file: Path) -> Report:
    requests = _read(file)
    client = _Client(port, connections)
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    client.run(iter(requests) if once else cycle(requests), began + seconds)
    lasted = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    took = sorted(client.took)
    return Report(
        requests=len(took),
        seconds=lasted,
        p50_ms=percentile(took, 0.5),
        p99_ms=percentile(took, 0.99),
        slowest_ms=took[-1],
        client_cpu_seconds=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        statuses=dict(client.statuses),
        words=dict(client.words),
    )


if __name__ == "__main__":
    _port, _connections, _seconds, _how, _file = sys.argv[1:]
    _report = _main(int(_port), int(_connections), float(_seconds), once=_how == "once", file=Path(_file))
    print(json.dumps(asdict(_report)))
