"""The one error that becomes an answer."""

from __future__ import annotations


class Refusal(Exception):
    """A call that is answered with `status` and {"error": code}."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


def not_found() -> Refusal:
    return Refusal(404, "NOT_FOUND")
