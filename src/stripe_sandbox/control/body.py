"""What control calls have in common: a JSON object as the body, and handlers by method and path."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request

from stripe_sandbox.errors import ControlError
from stripe_sandbox.store import Json

# Larger than any amount or time that is needed; Python could not show a time beyond it.
LARGEST = 10**11
MAX_DEPTH = 50

# Gets the request and its body; returns what is answered as JSON.
Handler = Callable[[Request, Json], Awaitable[Any]]
Handlers = dict[tuple[str, str], Handler]


class Body(BaseModel):
    """A body with known fields only."""

    model_config = ConfigDict(extra="forbid")


async def read_json(request: Request) -> Json:
    """The body as an object, {} for none. Raises ControlError."""
    raw = await request.body()
    if not raw:
        return {}
    try:
        body = json.loads(raw, parse_int=_integer, parse_float=_float, parse_constant=_float)
        # Refuse what could not be written again, such as half a surrogate pair.
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ControlError(f"not JSON: {error}") from error
    if not isinstance(body, dict):
        raise ControlError("the body must be an object")
    if _depth(body) > MAX_DEPTH:
        raise ControlError(f"not more than {MAX_DEPTH} levels")
    return body


def _integer(text: str) -> int:
    value = int(text)
    if abs(value) > LARGEST:
        raise ControlError(f"no number may be larger than {LARGEST}")
    return value


def _float(text: str) -> float:
    value = float(text)
    if not abs(value) <= LARGEST:
        raise ControlError(f"not a number that can be used: {text[:40]}")
    return value


def _depth(body: Json) -> int:
    """Levels of objects and lists, counted without recursion."""
    depth, level = 0, list[Any]([body])
    while level:
        depth += 1
        inner = [part.values() if isinstance(part, dict) else part for part in level]
        level = [value for part in inner for value in part if isinstance(value, dict | list)]
    return depth
