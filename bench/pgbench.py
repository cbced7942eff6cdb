"""Confirms by pgbench: the statements alone, without web server and Python.

Every transaction confirms another order. Scripts have the variables `first` (the first order), `each` (orders per
client) and `restaurants`; orders are distributed over the restaurants as in `seat_guests`.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from bench.restaurants import FIRST_RESTAURANT, Pending

_BEFORE = Path(__file__).parent / "samples" / "confirm_before.sql"
_PARAMETER = re.compile(r"%\((\w+)\)s")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TPS = re.compile(r"tps = ([\d.]+)")
_LATENCY = re.compile(r"latency average = ([\d.]+) ms")
_FAILED = re.compile(r"number of failed transactions: (\d+)")
_COUNT = f"""\
\\set n :n + 1
\\set k :first + :client_id * :each + :n - 1
\\set t {FIRST_RESTAURANT} + (:k - :first) % :restaurants
"""


@dataclass(frozen=True)
class Script:
    """One transaction, the protocol it is sent with, and the variables that are the same for every order."""

    text: str
    protocol: str
    statements: int
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Orders:
    """The orders of a run: `first` and those after it, `each` per client."""

    first: int
    each: int
    clients: int
    restaurants: int


def before() -> Script:
    """The statements of a confirm before decision 0019, as it sent them: one after another, not prepared."""
    text = _BEFORE.read_text(encoding="utf-8")
    return Script(text, "simple", len(re.findall(r"(?m)(?:;| \\gset)$", text)))


def one_statement(guest: Pending) -> Script:
    """The statement of decision 0019, prepared, as a confirm sends it: a transaction by itself.

    `guest` is confirmed for it, in this process.
    """
    from duitpos.domain.payments.events import confirm_sql

    varying, variables = _values(_parameters_of(guest), guest)
    sql = _PARAMETER.sub(lambda found: varying[found[1]], confirm_sql.one_statement())
    return Script(f"{_COUNT}{sql};\n", "prepared", 1, variables)


def _parameters_of(guest: Pending) -> Mapping[str, object]:
    from django.core.wsgi import get_wsgi_application

    from bench.parts import confirm, delivery_of
    from duitpos.domain.payments.events import confirm as module

    seen: list[Mapping[str, object]] = []
    run = module._run_as_one

    def keep(parameters: module.Parameters) -> bool:
        seen.append(parameters)
        return run(parameters)

    with patch.object(module, "_run_as_one", keep):
        confirm(get_wsgi_application(), delivery_of(guest))
    return seen[0]


def _values(parameters: Mapping[str, object], guest: Pending) -> tuple[dict[str, str], dict[str, str]]:
    """The SQL of every parameter, and the variables: those without an id of their own per order."""
    sql: dict[str, str] = {}
    variables: dict[str, str] = {}
    made: dict[str, str] = {}
    known = (str(guest.order), str(guest.restaurant))
    for name, value in parameters.items():
        if value is None:
            sql[name] = "NULL"
        elif name == "body":  # the same for all: its size counts
            sql[name], variables["p_body"] = ":p_body", str(value)
        else:
            text = _UUID.sub(lambda found: _renewed(found[0], known, made), str(value))
            if ":k" in text or any(number in text for number in known):
                sql[name] = _joined(text, guest)
            else:
                sql[name], variables[f"p_{name}"] = f":p_{name}", text
    return sql, variables


def _renewed(uuid: str, known: tuple[str, ...], made: dict[str, str]) -> str:
    """An id that the confirm generated, replaced by a new one for every order."""
    if uuid.endswith(known):
        return uuid
    return made.setdefault(uuid, f"{0xC0000000 + len(made):08x}-0000-7000-8000-:k")


def _joined(text: str, guest: Pending) -> str:
    """A text with an order's or a restaurant's number as SQL, since pgbench has variables for numbers only."""
    text = text.replace(str(guest.order), ":k").replace(str(guest.restaurant), ":t")
    parts = [part for part in re.split("(:[kt](?![a-z]))", text) if part]
    quoted = [part if part in (":k", ":t") else "'" + part.replace("'", "''") + "'" for part in parts]
    return "(" + " || ".join(f"{part}::text" for part in quoted) + ")"


def run_pgbench(programs: Path, url: str, script: Script, orders: Orders) -> tuple[float, float]:
    """Run the script. Transactions per second, and the average latency in ms."""
    variables = {
        "n": "0",
        "first": str(orders.first),
        "each": str(orders.each),
        "restaurants": str(orders.restaurants),
        **script.variables,
    }
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script.text)
        file.flush()
        words = [str(programs / "pgbench"), "--no-vacuum", "--protocol", script.protocol, "--file", file.name]
        words += ["--client", str(orders.clients), "--jobs", str(min(orders.clients, 2))]
        words += ["--transactions", str(orders.each)]
        words += [word for name, value in variables.items() for word in ("-D", f"{name}={value}")]
        done = subprocess.run([*words, url], capture_output=True, text=True, check=False, timeout=300)
    rate, latency, failed = (pattern.search(done.stdout) for pattern in (_TPS, _LATENCY, _FAILED))
    if done.returncode or not rate or not latency or (failed and failed[1] != "0"):
        raise RuntimeError(f"pgbench failed:\n{done.stdout}{done.stderr[:3000]}")
    return float(rate[1]), float(latency[1])
