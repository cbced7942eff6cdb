"""Who may use the control API and the dashboard: clients on this machine."""

from starlette.requests import Request

LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1", "localhost")


def allowed(request: Request, from_anywhere: bool) -> bool:
    """Whether this client may control the sandbox; a page of another site never may."""
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        return False
    if from_anywhere:
        return True
    # The host name is checked too: another site could point its own name at this machine.
    here = request.url.hostname in LOOPBACK
    return here and (request.client is None or request.client.host in LOOPBACK)
