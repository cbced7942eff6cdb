"""Control calls about API calls: the faults planned for them and the log of them."""

from pydantic import BaseModel
from starlette.requests import Request

from stripe_sandbox.api.faults import Fault
from stripe_sandbox.api.handler import Api
from stripe_sandbox.control.body import Handlers
from stripe_sandbox.store import Json


class Since(BaseModel):
    """The number of the last entry of the log that the caller knows; any other query parameter is allowed."""

    since: int = 0


class ApiCallControl:
    """Handlers of these calls."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def plan_fault(self, request: Request, body: Json) -> Json:
        fault = Fault.model_validate(body)
        self._api.faults.plan(fault)
        return fault.model_dump()

    async def faults(self, request: Request, body: Json) -> Json:
        return {"data": [fault.model_dump() for fault in self._api.faults.all()]}

    async def clear_faults(self, request: Request, body: Json) -> Json:
        self._api.faults.clear()
        return {"ok": True}

    async def requests(self, request: Request, body: Json) -> Json:
        query = request.query_params
        since = Since.model_validate(dict(query)).since
        found = [
            entry
            for entry in self._api.log.since(since)
            if query.get("method", "").upper() in ("", entry["method"])
            and entry["target"].startswith(query.get("path", ""))
        ]
        return {"data": found, "last": self._api.log.last}

    async def clear_requests(self, request: Request, body: Json) -> Json:
        self._api.log.clear()
        return {"ok": True}


def handlers(api: Api) -> Handlers:
    """Control calls by method and path."""
    calls = ApiCallControl(api)
    return {
        ("POST", "/faults"): calls.plan_fault,
        ("GET", "/faults"): calls.faults,
        ("DELETE", "/faults"): calls.clear_faults,
        ("GET", "/requests"): calls.requests,
        ("DELETE", "/requests"): calls.clear_requests,
    }
