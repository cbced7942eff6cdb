"""Records the SQL of a warm confirm, and runs it with pgbench.

The source is the server's log of many consecutive confirms. Statements that nearly all of them send make up a warm
confirm. Statements that only some send (reading a restaurant that is not cached) are left out of pgbench's script and
reported separately. Identifiers of the recorded order or restaurant become variables (they end in twelve digits), ids
that the confirm generated become new ones per transaction, and the order's number is read back as the confirm does.
Django binds parameters in the client and uses PostgreSQL's simple protocol; so does pgbench here.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.databases import server_folder
from bench.restaurants import FIRST_RESTAURANT, Pending

NEARLY_ALL = 0.9
"""The share of recorded confirms that must send a statement for it to belong to a warm confirm."""

_ENTRY = re.compile(r"^\d{4}-\d\d-\d\d [\d:]+ \w+ \[\d+\] (\w+):  (.*)", re.M | re.S)
_MARK = re.compile(r"'(begin|next|end) of the record'")
_LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d+\b")
_UUID = re.compile(r"'([0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})'")
_NUMBER = re.compile(r'("number" = )\d+')
_TPS = re.compile(r"tps = ([\d.]+)")
_LATENCY = re.compile(r"latency average = ([\d.]+) ms")
_FAILED = re.compile(r"number of failed transactions: (\d+)")


class NotRecorded(Exception):
    """The log does not contain a usable confirm; the message says what is wrong."""


@dataclass(frozen=True)
class Recording:
    """The statements of `guest`'s warm confirm. `left_out` maps other statements to their share of `confirms`."""

    statements: list[str]
    guest: Pending
    confirms: int
    left_out: dict[str, float]


def record(url: str, guests: Sequence[Pending], deliver: Callable[[Callable[[], None]], object]) -> Recording:
    """Record one confirm per guest. `deliver` confirms them in order and calls its argument before each."""
    confirms = executed(url, deliver)
    if len(confirms) != len(guests):
        raise NotRecorded(f"The log shows {len(confirms)} confirms of {len(guests)}.")
    return warm_of(confirms, guests)


def warm_of(confirms: Sequence[Sequence[str]], guests: Sequence[Pending]) -> Recording:
    """Separate statements of nearly all confirms from the rest. NotRecorded unless the former are one transaction."""
    seen = Counter(shape for confirm in confirms for shape in {shape_of(statement) for statement in confirm})
    warm = {shape for shape, count in seen.items() if count >= NEARLY_ALL * len(confirms)}
    examples = {shape_of(statement): statement for confirm in confirms for statement in confirm}
    filtered = [[statement for statement in confirm if shape_of(statement) in warm] for confirm in confirms]
    whole = [place for place, confirm in enumerate(filtered) if {shape_of(one) for one in confirm} == warm]
    if not whole:
        raise NotRecorded("No confirm sent all that nearly all of them send.")
    statements, guest = filtered[whole[0]], guests[whole[0]]
    ends = [place for place, statement in enumerate(statements) if statement == "COMMIT"]
    if statements.count("BEGIN") != 1 or ends != [len(statements) - 1]:
        raise NotRecorded(f"A warm confirm is one transaction and nothing after it, not {statements}.")
    left_out = {
        readable(examples[shape]): count / len(confirms) for shape, count in seen.items() if shape not in warm
    }
    return Recording(statements, guest, len(confirms), left_out)


def shape_of(statement: str) -> str:
    """A statement without its values."""
    return _LITERAL.sub("?", statement)


def executed(url: str, work: Callable[[Callable[[], None]], object]) -> list[list[str]]:
    """The statements that the server executed after each call of the function that `work` gets."""
    log = server_folder(url).parent / "server.log"
    with psycopg.connect(url, autocommit=True) as connection:
        _set(connection, "log_statement", "all")
        _await(log, connection, "begin")
        work(lambda: _mark(connection, "next"))
        _await(log, connection, "end")
        _set(connection, "log_statement", "none")
    parts: list[list[str]] = []
    for level, words in _entries(log.read_text(errors="replace")):
        mark = _MARK.search(words)
        if mark:
            if mark[1] == "begin":
                parts = []
            elif mark[1] == "next":
                parts.append([])
            else:
                break
        elif level == "LOG" and parts and (statement := _statement(words)):
            parts[-1].append(statement)
    return parts


def _entries(text: str) -> list[tuple[str, str]]:
    """Level and message of all log entries since the last recording began."""
    last = text[text.rindex("'begin of the record'") - 200 :]
    entries = re.split(r"\n(?=\d{4}-\d\d-\d\d [\d:]+ \w+ \[\d+\] )", last)
    return [(match[1], match[2]) for entry in entries if (match := _ENTRY.match(entry))]


def _statement(words: str) -> str:
    """The SQL of an entry; empty for one about something else, such as a checkpoint."""
    kind, _, sql = words.partition(": ")
    if kind.startswith(("execute", "parse", "bind")):
        raise NotRecorded(f"pgbench cannot repeat this, it is not a simple statement: {words[:200]}")
    return sql.replace("\n\t", "\n").strip().rstrip(";") if kind == "statement" else ""


def _set(connection: psycopg.Connection[object], name: str, value: str) -> None:
    connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    connection.execute("SELECT pg_reload_conf()")
    time.sleep(0.3)  # every process of the server reads its settings again


def _mark(connection: psycopg.Connection[object], which: str) -> None:
    connection.execute(f"SELECT '{which} of the record'".encode())


def _await(log: Path, connection: psycopg.Connection[object], which: str) -> None:
    """Write a mark and wait until the log shows it."""
    words = f"'{which} of the record'"
    before = log.read_text(errors="replace").count(words)
    _mark(connection, which)
    until = time.monotonic() + 5
    while log.read_text(errors="replace").count(words) == before:
        if time.monotonic() > until:
            raise NotRecorded(f"The server's log never showed {words}.")
        time.sleep(0.05)


def readable(statement: str) -> str:
    """A statement for display, without selected columns, long texts and casts."""
    short = re.sub(r"^SELECT .*? FROM ", "SELECT … FROM ", " ".join(statement.split()))
    return re.sub(r"::\w+", "", re.sub(r"'(?:[^']|''){120,}'", "'…'", short)).replace('"', "")


def script_of(recording: Recording, restaurants: int) -> str:
    """A pgbench script that confirms another order with every transaction.

    Variables: `first` (the first order), `each` (orders per client); orders are distributed over restaurants as in
    `seat_guests`.
    """
    order, restaurant = str(recording.guest.order), str(recording.guest.restaurant)
    made: dict[str, str] = {}
    lines = [
        "\\set n :n + 1",
        "\\set k :first + :client_id * :each + :n - 1",
        f"\\set t {FIRST_RESTAURANT} + (:k - :first) % {restaurants}",
    ]
    draws = 0
    for statement in recording.statements:
        text = _UUID.sub(lambda found: _renewed(found[1], (order, restaurant), made), statement)
        text = _NUMBER.sub(r"\1:last", text).replace(order, ":k").replace(restaurant, ":t")
        is_draw = "numberseries" in text and ("RETURNING" in text or text.startswith("SELECT"))
        draws += is_draw
        lines.append(f"{text} \\gset" if is_draw else f"{text};")
    if draws != 1 or not any('"number" = :last' in line for line in lines):
        raise NotRecorded("The order's number is not drawn and written as this script expects.")
    return "\n".join(lines) + "\n"


def _renewed(uuid: str, known: tuple[str, ...], made: dict[str, str]) -> str:
    """A generated id, replaced by a new one for every transaction."""
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
