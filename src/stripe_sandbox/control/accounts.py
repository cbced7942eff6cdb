"""Control calls about accounts and their keys."""

from starlette.requests import Request

from stripe_sandbox.control.body import Handlers
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json


class AccountControl:
    """Handlers of these calls."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def show_all(self, request: Request, body: Json) -> Json:
        accounts = self._sandbox.accounts
        return {"data": [accounts.facts(record) for record in self._sandbox.store.all("account")]}

    async def create(self, request: Request, body: Json) -> Json:
        accounts = self._sandbox.accounts
        return accounts.facts(accounts.create(body, self._sandbox.clock.now()))

    async def change(self, request: Request, body: Json) -> Json:
        accounts = self._sandbox.accounts
        record = accounts.get(request.path_params["id"])
        accounts.change(record, body)
        return accounts.facts(record)

    async def add_key(self, request: Request, body: Json) -> Json:
        accounts = self._sandbox.accounts
        record = accounts.get(request.path_params["id"])
        return accounts.add_key(record.id, body, self._sandbox.clock.now())

    async def revoke_key(self, request: Request, body: Json) -> Json:
        self._sandbox.accounts.revoke(request.path_params["id"])
        return {"ok": True}


def handlers(sandbox: Sandbox) -> Handlers:
    """Control calls by method and path."""
    accounts = AccountControl(sandbox)
    return {
        ("GET", "/accounts"): accounts.show_all,
        ("POST", "/accounts"): accounts.create,
        ("POST", "/accounts/{id}"): accounts.change,
        ("POST", "/accounts/{id}/keys"): accounts.add_key,
        ("DELETE", "/keys/{id}"): accounts.revoke_key,
    }
