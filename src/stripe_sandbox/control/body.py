"""Bodies of control calls: read from JSON with care, and the models of those that only `control` takes."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from stripe_sandbox.errors import ControlError
from stripe_sandbox.store import Json

# No number here, an amount or a time, is larger; a time beyond would be none that Python can show.
LARGEST = 10**11
DEEPEST = 50
# The clock stays within 1970 to 2100.
LAST_SECOND = 4_102_444_800


class Ask(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Idle(Ask):
    timeout: float = Field(default=5, ge=0)


class MoveClock(Ask):
    """One of the three."""

    advance: float | None = None
    set: float | None = None
    offset: float | None = None

    def target(self, now: float, offset: float) -> float:
        """Where the clock is to stand. Raises ControlError."""
        if self.advance is not None:
            target = now + self.advance
        elif self.set is not None:
            target = self.set
        elif self.offset is not None:
            target = now - offset + self.offset
        else:
            raise ControlError("give one of advance, set, offset")
        if not 0 <= target <= LAST_SECOND:
            raise ControlError(f"the clock goes from 0 to {LAST_SECOND}")
        return target


class Since(BaseModel):
    """The part of the log that is asked for."""

    since: int = 0


async def read_json(request: Request) -> Json:
    """The body as an object, {} for none. Raises ControlError."""
    raw = await request.body()
    if not raw:
        return {}
    try:
        body = json.loads(raw, parse_int=_integer, parse_float=_float, parse_constant=_float)
        # What cannot be written again, like half a character, is no JSON for us.
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ControlError(f"not JSON: {error}") from error
    if not isinstance(body, dict):
        raise ControlError("the body must be an object")
    if _depth(body) > DEEPEST:
        raise ControlError(f"not more than {DEEPEST} levels")
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
    """Levels of objects and lists, counted without a call for each."""
    depth, level = 0, list[Any]([body])
    while level:
        depth += 1
        inner = [part.values() if isinstance(part, dict) else part for part in level]
        level = [value for part in inner for value in part if isinstance(value, dict | list)]
    return depth
