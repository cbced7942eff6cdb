"""What every page of the dashboard gets: the request, the chosen account, and how to answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from stripe_sandbox.accounts import Scope
from stripe_sandbox.api.handler import Api
from stripe_sandbox.errors import ControlError
from stripe_sandbox.pages.render import page
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, Record

COOKIE = "sandbox_account"

# Makes an object for a test event, from the event's type and the account.
Sample = Callable[[Sandbox, str, Scope], Json]

NOTICES = {
    "key-created": "Restricted key created. Reveal it below and copy it.",
    "key-saved": "Permissions saved. They apply to the next request.",
    "key-rolled": "Key rolled. Reveal the new one below and copy it.",
    "key-deleted": "Key deleted. Requests with it are refused from now on.",
    "endpoint-added": "Endpoint added. Reveal its signing secret below and copy it.",
    "endpoint-saved": "Endpoint updated.",
    "endpoint-deleted": "Endpoint deleted.",
    "secret-rolled": "Secret rolled. Reveal the new one below and copy it.",
    "test-sent": "Test event sent. Its delivery is listed below.",
    "resent": "Event sent again.",
    "refunded": "Refund created.",
    "done": "Done.",
}

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Context:
    """One request to the dashboard; `scope` is the account and mode that the reader has chosen."""

    request: Request
    sandbox: Sandbox
    api: Api
    sample: Sample
    scope: Scope
    form: FormData = field(default_factory=FormData)

    def text(self, name: str) -> str:
        """A field of the form without spaces around it, "" when it is missing."""
        return str(self.form.get(name, "")).strip()

    def part(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def query(self, name: str) -> str:
        return str(self.request.query_params.get(name, ""))

    def find(self, kind: str, key: str) -> Record:
        """The record, of any account. Raises ControlError (404)."""
        record = self.sandbox.store.find(kind, key)
        if record is None:
            raise ControlError(f"{key} is not here any more", 404)
        return record

    def page(self, template: str, section: str, title: str, status: int = 200, **facts: Any) -> Response:
        """A page of the dashboard; `section` is its place in the left rail."""
        shown = {
            "section": section,
            "title": title,
            "scopes": scopes(self.sandbox),
            "scope": self.scope,
            "now": self.sandbox.clock.now(),
            "problem": self.query("problem"),
            "notice": NOTICES.get(self.query("done"), ""),
            "here": self.request.url.path,
            "query": "",
        }
        answer = page(f"dashboard/{template}.html", status, **(shown | facts))
        answer.headers["Content-Security-Policy"] = _POLICY
        return answer

    def go(self, path: str, done: str = "", problem: str = "") -> Response:
        """Redirect to a page below `/dashboard`, with a notice of NOTICES or a problem to show there."""
        query = urlencode({name: text for name, text in (("done", done), ("problem", problem)) if text})
        return RedirectResponse(f"/dashboard{path}{'?' if query else ''}{query}", 303)


Handler = Callable[[Context], Response]
Routes = dict[tuple[str, str], Handler]


def scopes(sandbox: Sandbox) -> list[Json]:
    """What the account switcher offers: each account in each mode that it has a key of."""
    found: list[Json] = []
    keys = list(sandbox.store.all("key"))
    for account in sandbox.store.all("account"):
        name = account.obj["settings"]["dashboard"]["display_name"]
        modes = {key.livemode for key in keys if key.account == account.id} or {False}
        found += [
            {
                "value": f"{account.id}:{'live' if live else 'test'}",
                "name": f"{name} (live mode)" if live else name,
                "scope": Scope(account.id, live),
            }
            for live in sorted(modes)
        ]
    return found


def chosen_scope(request: Request, sandbox: Sandbox) -> Scope:
    """The scope of the reader's cookie, or the first one."""
    offered = scopes(sandbox)
    wanted = request.cookies.get(COOKIE)
    for item in offered:
        if item["value"] == wanted:
            return item["scope"]  # type: ignore[no-any-return]
    return offered[0]["scope"] if offered else Scope("", False)


def choose_scope(context: Context) -> Response:
    """Remember the account that was chosen."""
    wanted = context.text("account")
    if wanted not in {item["value"] for item in scopes(context.sandbox)}:
        raise ControlError("choose one of the accounts")
    answer = context.go("/home")
    answer.set_cookie(COOKIE, wanted, httponly=True, samesite="strict")
    return answer


def mine(context: Context, kind: str) -> list[Record]:
    """The records of the chosen account and mode, newest first."""
    return context.sandbox.of(kind, context.scope)
