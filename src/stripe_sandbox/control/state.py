"""Control calls about the sandbox as a whole: health, reset, settings and clock."""

import os
from collections.abc import Callable

from pydantic import Field
from starlette.requests import Request

from stripe_sandbox.api.handler import Api
from stripe_sandbox.control.body import Body, Handlers
from stripe_sandbox.errors import ControlError
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.settings import Settings
from stripe_sandbox.store import Json

# The clock stays within 1970 to 2100.
LAST_SECOND = 4_102_444_800


class Idle(Body):
    """How long to wait, in real seconds."""

    timeout: float = Field(default=5, ge=0)


class MoveClock(Body):
    """Where to move the clock, in one of three ways."""

    advance: float | None = None
    set: float | None = None
    offset: float | None = None

    def target(self, now: float, offset: float) -> float:
        """The time to set. Raises ControlError."""
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


class StateControl:
    """Handlers of these calls."""

    def __init__(self, sandbox: Sandbox, api: Api, seed: Callable[[], None]) -> None:
        self._sandbox, self._api, self._seed = sandbox, api, seed

    async def health(self, request: Request, body: Json) -> Json:
        return {"ok": True, "now": self._sandbox.clock.now(), "pid": os.getpid()}

    async def reset(self, request: Request, body: Json) -> Json:
        box = self._sandbox
        box.resets += 1
        box.deliveries.forget()
        box.store.clear()
        self._api.faults.clear()
        self._api.log.clear()
        box.clock.offset = 0
        _copy_settings(box.settings, Settings())
        box.timers.reload()
        box.deliveries.reload()
        self._seed()
        return {"ok": True}

    async def idle(self, request: Request, body: Json) -> Json:
        return {"idle": await self._sandbox.deliveries.wait_idle(Idle.model_validate(body).timeout)}

    async def settings(self, request: Request, body: Json) -> Json:
        return self._sandbox.settings.model_dump()

    async def change_settings(self, request: Request, body: Json) -> Json:
        settings = self._sandbox.settings
        _copy_settings(settings, Settings.model_validate({**settings.model_dump(), **body}))
        self._sandbox.store.set_fact("settings", settings.model_dump())
        return settings.model_dump()

    async def clock(self, request: Request, body: Json) -> Json:
        clock = self._sandbox.clock
        return {"now": clock.now(), "offset": clock.offset, "timers": self._sandbox.timers.pending()}

    async def move_clock(self, request: Request, body: Json) -> Json:
        clock = self._sandbox.clock
        target = MoveClock.model_validate(body).target(clock.exact(), clock.offset)
        if target >= clock.exact():
            self._sandbox.timers.advance_to(target)
        else:
            clock.offset -= round(clock.exact() - target)
        return await self.clock(request, body)


def _copy_settings(target: Settings, source: Settings) -> None:
    for name in Settings.model_fields:
        setattr(target, name, getattr(source, name))


def handlers(sandbox: Sandbox, api: Api, seed: Callable[[], None]) -> Handlers:
    """Control calls by method and path."""
    state = StateControl(sandbox, api, seed)
    return {
        ("GET", "/health"): state.health,
        ("POST", "/reset"): state.reset,
        ("POST", "/idle"): state.idle,
        ("GET", "/settings"): state.settings,
        ("POST", "/settings"): state.change_settings,
        ("GET", "/clock"): state.clock,
        ("POST", "/clock"): state.move_clock,
    }
