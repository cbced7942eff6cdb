"""Reset a client's connection, which ASGI has no means for."""

import asyncio
from typing import Any

from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

_transports: dict[tuple[str, int], asyncio.Transport] = {}


class ResettableProtocol(H11Protocol):
    """uvicorn's HTTP protocol, with a lookup of connections by the client's address."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if self.client is not None:
            _transports[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self.client is not None:
            _transports.pop(self.client, None)
        super().connection_lost(exc)


def abort(request: Request) -> None:
    """Close the connection of this request at once; the client sees a reset or an early end."""
    if request.client is None:
        return
    transport = _transports.get((request.client.host, request.client.port))
    if transport is not None:
        transport.abort()
