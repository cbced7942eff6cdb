"""A clock that moves ours and the processor's together."""

from tests.support.live_shop import clock

__all__ = ["clock"]
