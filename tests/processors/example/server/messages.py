"""Requests, answers, and the table that finds the function for a request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from .errors import Refusal, not_found

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. Header names are in lower case; `query` and `form` keep the last value of a name."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form's body."""
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))

    @property
    def document(self) -> Json:
        """The JSON object of the body; {} for an empty body. Refusal BODY_INVALID."""
        if not self.body:
            return {}
        try:
            document = json.loads(self.body)
        except ValueError as error:
            raise Refusal(400, "BODY_INVALID") from error
        if not isinstance(document, dict):
            raise Refusal(400, "BODY_INVALID")
        return document


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(document: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(document).encode())


def refusal_answer(refusal: Refusal) -> Answer:
    return json_answer({"error": refusal.code}, refusal.status)


def pattern(path: str) -> re.Pattern[str]:
    """A path in which each * stands for one part, and ** for any number of them."""
    parts = {"*": "([^/]+)", "**": "(.*)"}
    return re.compile("/".join(parts.get(part) or re.escape(part) for part in path.split("/")))


Function = Callable[..., Answer]


class Routes:
    """Functions by method and path; a function gets the request and the texts that stood for each *."""

    def __init__(self, table: Mapping[str, Function]) -> None:
        self._routes = [(*_method_and_path(line), function) for line, function in table.items()]

    def answer(self, request: Request) -> Answer:
        """Call the function for this request. Refusal NOT_FOUND, also for a wrong method."""
        for method, path, function in self._routes:
            if method == request.method and (match := path.fullmatch(request.path)):
                return function(request, *match.groups())
        raise not_found()


def _method_and_path(line: str) -> tuple[str, re.Pattern[str]]:
    method, _, path = line.partition(" ")
    return method, pattern(path)
