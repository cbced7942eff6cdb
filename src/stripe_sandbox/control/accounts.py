"""Control calls about accounts and their keys."""

from pydantic import Field
from starlette.requests import Request

from stripe_sandbox.actions.accounts import change_account
from stripe_sandbox.control.body import Body, Handlers
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json


class RollKey(Body):
    """The key that replaces another; `key` may be left out."""

    key: str | None = None
    old_for_seconds: int = Field(default=0, ge=0)


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
        change_account(self._sandbox, record, body)
        return accounts.facts(record)

    async def add_key(self, request: Request, body: Json) -> Json:
        accounts = self._sandbox.accounts
        record = accounts.get(request.path_params["id"])
        return accounts.add_key(record.id, body, self._sandbox.clock.now())

    async def roll_key(self, request: Request, body: Json) -> Json:
        ask = RollKey.model_validate(body)
        now = self._sandbox.clock.now()
        return self._sandbox.accounts.roll_key(request.path_params["id"], ask.key, ask.old_for_seconds, now)

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
        ("POST", "/keys/{id}/roll"): accounts.roll_key,
        ("DELETE", "/keys/{id}"): accounts.revoke_key,
    }
