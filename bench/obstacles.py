"""Report sections on what limits the figures, with figures of the same run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]


def of_confirms(result: Json) -> Iterator[str]:
    """The CPU cost of a confirm, the disk's cost, and the machine's limit."""
    parts, facts = result["parts_ms"], result["machine"]
    whole, waiting = parts["whole"], parts["database"]
    python = parts["framework"] + parts["verify"] + parts["rules"]
    is_postgres = "database_cpu" in result
    yield "**What limits it**\n"
    yield (
        f"* Python is {python / whole:.0%} of a confirm ({python:.2f} of {whole:.2f} ms): parameters and the"
        f" domain's rules {parts['rules']:.2f}, signature and event {parts['verify']:.2f},"
        f" Django {parts['framework']:.2f}."
    )
    yield (
        f"* The database and its driver are the other {waiting / whole:.0%} ({waiting:.2f} ms), and every commit"
        f" flushes to disk, which takes {facts['flush_ms']:.2f} ms for 8 KB here."
    )
    if is_postgres:
        bare = parts["pgbench_one_statement_one_client"]
        yield (
            f"* pgbench with one client, without any Python, needs {bare:.2f} ms for the same statement:"
            f" {bare / parts['one_connection']:.0%} of a confirm over HTTP."
        )
    spent = {"web": result["web_cpu"]["median"], "load client": result["client_cpu"]["median"]}
    if is_postgres:
        spent["database"] = result["database_cpu"]["median"]
    total, cores = sum(spent.values()), facts["cores"]
    most = cores * 1000 / total
    rate = result["confirms_per_second"]["median"]
    shares = ", ".join(f"{name} {cost:.2f}" for name, cost in spent.items())
    yield (
        f"* One confirm takes {total:.2f} core-ms of this machine ({shares}). {cores} cores allow {most:.0f}/s"
        f" if nothing ever waits; {rate:.0f}/s is {rate / most:.0%} of that."
    )
    if not is_postgres:
        yield (
            f"* One writer at a time: {waiting:.2f} ms of statements and COMMIT, one after another, allow about"
            f" {1000 / waiting:.0f}/s."
        )
    yield ""


def of_menu(result: Json) -> Iterator[str]:
    """The cost of a page compared with an empty view."""
    full, unchanged = (result[name]["of_empty_view"]["median"] for name in ("full", "not_modified"))
    view = result["first_view"]
    largest = max(view["parts"], key=lambda name: int(view["parts"][name]["bytes"]))
    yield "**What limits it**\n"
    yield (
        f"* A page takes {1 / full:.2f} times the time of an empty view behind the same middleware, a 304"
        f" {1 / unchanged:.2f} times: looking up the table and the finished page, and sending the bytes."
        " Nothing is rendered, compressed or queried (decision 0018)."
    )
    yield f"* Of the first view's {view['bytes']:,} bytes, the largest part is {largest}.\n"
