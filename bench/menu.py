"""Question b: how fast is the menu page, and how many bytes is a guest's first view?

The demo's menu on a real server, in turn with an empty view on the same server: full pages for a new phone (brotli),
conditional requests of a phone that has the page (304), and what is no cache's: the redirect from the table's code, and
the stylesheet that sets the phone's cookie.
"""

from __future__ import annotations

import http.client
import re
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.databases import database
from bench.figures import figure
from bench.load import Report, run_load
from bench.plan import Plan, say
from bench.server import EMPTY, HOST, enter_production, prepare, running_server

_BROWSER = "gzip, deflate, br, zstd"
"""The encodings that current browsers accept."""
_FILE = re.compile(r'(?:href|src)="(/static/[^"]+)"')
_BUDGET = 15 * 1024
"""The aim for a first view in bytes, without photos."""


def measure(plan: Plan) -> dict[str, Any]:
    """All figures for the menu page, as JSON values. Call it once per process, since it loads Django."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="duitpos-bench-")))
        enter_production(stack.enter_context(database("postgres", folder)), folder)
        prepare()
        code = _code_path()
        port, _ = stack.enter_context(running_server(plan.workers))
        return _rates(port, code, plan) | {"first_view": _first_view(port, code)}


def _code_path() -> str:
    """Seed the demo restaurant; returns the path in the QR code of its first table."""
    from bench.restaurants import SECRET
    from duitpos.demo.seed import seed

    seeded = seed(secret_key="sk_test_bench", webhook_secret=SECRET, api_base="")
    return f"/{seeded.tenant}/t/{seeded.table_token}/"


def _rates(port: int, code: str, plan: Plan) -> dict[str, Any]:
    path = f"{code}en/"
    new = _request(path, "Accept-Encoding: br")
    known = _request(path, "Accept-Encoding: br", f"If-None-Match: {_get(port, path, 'br').headers['etag']}")
    run_load(port, [new], plan.connections, 1.0).only(200)  # both workers have rendered this menu
    loads = (
        ("empty_view", EMPTY, 200),
        ("full", new, 200),
        ("not_modified", known, 304),
        ("scan", _request(code), 302),
        ("phone", _request(f"{code}phone.css"), 200),
    )
    seen: dict[str, list[Report]] = {name: [] for name, _, _ in loads}
    for turn in range(plan.rounds):
        for name, request, status in loads:
            seen[name].append(run_load(port, [request], plan.connections, plan.seconds).only(status))
        say(
            f"menu, round {turn + 1} of {plan.rounds}: "
            + ", ".join(f"{name} {reports[-1].per_second:.0f}/s" for name, reports in seen.items())
        )
    answer: dict[str, Any] = {}
    for name, reports in seen.items():
        answer[name] = {
            "per_second": figure([report.per_second for report in reports], "/s").to_json(),
            "p50": figure([report.p50_ms for report in reports], "ms").to_json(),
            "p99": figure([report.p99_ms for report in reports], "ms").to_json(),
        }
        if name != "empty_view":
            ratios = [r.per_second / e.per_second for r, e in zip(reports, seen["empty_view"], strict=True)]
            answer[name]["of_empty_view"] = figure(ratios).to_json()
    return answer


def _first_view(port: int, code: str) -> dict[str, Any]:
    """Bytes of the bodies that a phone without a cache fetches: the page, its styles, its script.

    `bytes` is for a current browser, which accepts brotli; `gzip` is for one that accepts only gzip.
    """
    path = f"{code}en/"
    plain = _get(port, path, "identity")
    names = sorted(set(_FILE.findall(plain.body.decode())))
    if not names:
        raise RuntimeError("The menu page names no file: its first view cannot be counted.")
    parts = {}
    for name in (path, *names):
        sent, gzip = _get(port, name, _BROWSER), _get(port, name, "gzip")
        short = re.sub(r"\.[0-9a-f]{12}\.", ".", name.rpartition("/")[2]) or "menu page"
        parts[short] = {"bytes": len(sent.body), "encoding": sent.encoding, "gzip": len(gzip.body)}
    return {
        "budget_bytes": _BUDGET,
        "bytes": sum(part["bytes"] for part in parts.values()),
        "gzip_bytes": sum(part["gzip"] for part in parts.values()),
        "parts": parts,
        "page_plain_bytes": len(plain.body),
    }


class _Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def encoding(self) -> str:
        """The body's compression."""
        return self.headers.get("content-encoding", "identity")


def _get(port: int, path: str, encodings: str) -> _Answer:
    """The response to a GET; RuntimeError when it does not use one of these encodings."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = {"Host": HOST, "X-Forwarded-Proto": "https", "Accept-Encoding": encodings}
        connection.request("GET", path, headers=headers)
        answer = _Answer(connection.getresponse())
    finally:
        connection.close()
    if answer.status != 200 or answer.encoding not in encodings.split(", "):
        raise RuntimeError(f"GET {path} as {encodings}: {answer.status} {answer.headers}")
    return answer


def _request(path: str, *headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}", "X-Forwarded-Proto: https", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
