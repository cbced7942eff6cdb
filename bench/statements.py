"""What one confirm really says to PostgreSQL, and pgbench saying the same.

The server's own log of one delivery is the record. Names that belong to the recorded order or restaurant become
variables (they end in twelve digits), ids that the confirm made up become new ones per transaction, and the order's
number is read back as the confirm reads it. Django binds parameters in the client and uses PostgreSQL's simple
protocol; so does pgbench here.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from bench.databases import server_folder
from bench.restaurants import FIRST_RESTAURANT, Pending

_ENTRY = re.compile(r"^\d{4}-\d\d-\d\d [\d:]+ \w+ \[\d+\] (\w+):  (.*)", re.M | re.S)
_UUID = re.compile(r"'([0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})'")
_NUMBER = re.compile(r'("number" = )\d+')
_TPS = re.compile(r"tps = ([\d.]+)")
_LATENCY = re.compile(r"latency average = ([\d.]+) ms")
_FAILED = re.compile(r"number of failed transactions: (\d+)")


class NotRecorded(Exception):
    """The log does not hold what a confirm must say; the message tells what is missing."""


def record(url: str, deliver: Callable[[], object]) -> list[str]:
    """The statements that the server executed while `deliver` ran."""
    log = server_folder(url).parent / "server.log"
    with psycopg.connect(url, autocommit=True) as connection:
        _set(connection, "log_statement", "all")
        _await(log, connection, "begin of the record")
        deliver()
        _await(log, connection, "end of the record")
        _set(connection, "log_statement", "none")
    text = log.read_text(errors="replace")
    part = text[text.rindex("'begin of the record'") : text.rindex("'end of the record'")]
    entries = re.split(r"\n(?=\d{4}-\d\d-\d\d [\d:]+ \w+ \[\d+\] )", part)
    found = [match for entry in entries[1:-1] if (match := _ENTRY.match(entry))]
    return [_statement(match[2]) for match in found if match[1] == "LOG"]


def _statement(entry: str) -> str:
    kind, _, sql = entry.partition(": ")
    if kind != "statement":
        raise NotRecorded(f"pgbench could not repeat this, it is no simple statement: {entry[:200]}")
    return sql.replace("\n\t", "\n").strip().rstrip(";")


def _set(connection: psycopg.Connection[object], name: str, value: str) -> None:
    connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    connection.execute("SELECT pg_reload_conf()")
    time.sleep(0.3)  # every process of the server reads its settings again


def _await(log: Path, connection: psycopg.Connection[object], words: str) -> None:
    connection.execute(f"SELECT '{words}'")
    until = time.monotonic() + 5
    while f"'{words}'" not in log.read_text(errors="replace"):
        if time.monotonic() > until:
            raise NotRecorded(f"The server's log never showed {words!r}.")
        time.sleep(0.05)


def readable(statement: str) -> str:
    """A statement for people: no list of selected columns, no long texts, and the database's own casts left out."""
    short = re.sub(r"^SELECT .*? FROM ", "SELECT … FROM ", " ".join(statement.split()))
    return re.sub(r"::\w+", "", re.sub(r"'(?:[^']|''){120,}'", "'…'", short)).replace('"', "")


def script_of(statements: list[str], guest: Pending, restaurants: int) -> str:
    """A pgbench script that confirms another order with every transaction.

    Variables: `first` (the first order), `each` (orders per client); orders are spread over restaurants as
    `seat_guests` spreads them.
    """
    order, restaurant = str(guest.order), str(guest.restaurant)
    made: dict[str, str] = {}
    lines = [
        "\\set n :n + 1",
        "\\set k :first + :client_id * :each + :n - 1",
        f"\\set t {FIRST_RESTAURANT} + (:k - :first) % {restaurants}",
    ]
    draws = 0
    for statement in statements:
        text = _UUID.sub(lambda found: _renewed(found[1], (order, restaurant), made), statement)
        text = _NUMBER.sub(r"\1:last", text).replace(order, ":k").replace(restaurant, ":t")
        is_draw = "numberseries" in text and ("RETURNING" in text or text.startswith("SELECT"))
        draws += is_draw
        lines.append(f"{text} \\gset" if is_draw else f"{text};")
    if draws != 1 or not any('"number" = :last' in line for line in lines):
        raise NotRecorded("The order's number is not drawn and written as this script expects.")
    return "\n".join(lines) + "\n"


def _renewed(uuid: str, known: tuple[str, ...], made: dict[str, str]) -> str:
    """An id that the confirm made up: another one for every transaction."""
    if uuid.endswith(known):
        return f"'{uuid}'"
    if uuid not in made:
        made[uuid] = f"{0xC0000000 + len(made):08x}-0000-7000-8000-:k"
    return f"'{made[uuid]}'"


def pgbench(
    programs: Path, url: str, script: str, first: int, clients: int, each: int
) -> tuple[float, float]:
    """Run the script `each` times per client. Transactions per second, and the average latency in ms."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        words = [str(programs / "pgbench"), "--no-vacuum", "--protocol", "simple", "--file", file.name]
        words += ["--client", str(clients), "--jobs", str(min(clients, 2)), "--transactions", str(each)]
        words += ["-D", "n=0", "-D", f"first={first}", "-D", f"each={each}", url]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    rate, latency, failed = (pattern.search(done.stdout) for pattern in (_TPS, _LATENCY, _FAILED))
    if done.returncode or not rate or not latency or (failed and failed[1] != "0"):
        raise RuntimeError(f"pgbench failed:\n{done.stdout}{done.stderr[:3000]}")
    return float(rate[1]), float(latency[1])
