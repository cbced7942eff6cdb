"""The hosted payment page at a session's `url`: plain forms, no script."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from stripe_sandbox.actions import payments
from stripe_sandbox.actions.payments import METHOD_NAMES, Outcome
from stripe_sandbox.actions.redirect import success_url, wait_before_redirect
from stripe_sandbox.objects.fpx import BANKS
from stripe_sandbox.pages.render import page
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, Record


class HostedPages:
    """The pages below `/c/pay/`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def pay(self, request: Request) -> Response:
        """Show the form (GET) or pay (POST)."""
        session = self._session(request)
        if session is None:
            return page("missing.html", 404)
        if request.method != "POST":
            return self._show(session, request.query_params.get("method", ""))
        form = await _fields(request)
        method = form.get("method") or self._methods(session)[0]
        payer, wrong = payments.read_payer(self._sandbox, session, form, method)
        if session.obj["status"] == "complete":
            # A second submit of a paid page goes on to the shop as the first one did.
            return RedirectResponse(success_url(session), 303)
        if payer is None:
            return self._show(session, method, wrong, form, 402)
        outcome = payments.confirm(self._sandbox, session, payer)
        return await self._answer(session, outcome, method, form)

    async def authorise(self, request: Request) -> Response:
        """The page in place of 3-D Secure, the bank or the wallet: authorise or fail."""
        session = self._session(request)
        if session is None:
            return page("missing.html", 404)
        if session.obj["status"] != "open":
            return self._closed(session)
        attempt = payments.pending_attempt(self._sandbox, session)
        if attempt is None:
            return RedirectResponse(f"/c/pay/{session.id}", 303)
        method = attempt.payer.method
        if request.method != "POST":
            bank = BANKS[attempt.payer.bank]
            return page("hosted/authorise.html", method=method, bank=bank, **self._facts(session))
        answer = (await _fields(request)).get("outcome", "")
        delayed = {"later_succeed": "succeed", "later_fail": "fail"}.get(answer)
        authorised = answer == "authorise" or answer.startswith("later")
        outcome = payments.answer_action(
            self._sandbox, session, authorised, delayed, expired=answer == "expire"
        )
        form = {"email": attempt.payer.email, "name": attempt.payer.name or "", "bank": attempt.payer.bank}
        return await self._answer(session, outcome, method, form)

    async def _answer(self, session: Record, outcome: Outcome, method: str, form: dict[str, str]) -> Response:
        if outcome.result == "action":
            self._sandbox.flush()
            return RedirectResponse(f"/c/pay/{session.id}/authorise", 303)
        if outcome.result in ("paid", "processing"):
            await wait_before_redirect(self._sandbox, outcome)
            return RedirectResponse(success_url(session), 303)
        self._sandbox.flush()
        if outcome.result in ("complete", "expired"):
            return self._closed(session)
        return self._show(session, method, outcome, form, 402)

    def _session(self, request: Request) -> Record | None:
        return self._sandbox.store.find("session", request.path_params["session"])

    def _methods(self, session: Record) -> list[str]:
        methods: list[str] = session.obj["payment_method_types"]
        return methods

    def _facts(self, session: Record) -> Json:
        account = self._sandbox.accounts.get(session.account)
        return {
            "session": session.obj,
            "items": session.extra["items"],
            "account": account.obj["settings"]["dashboard"]["display_name"],
            "live": session.livemode,
        }

    def _show(
        self,
        session: Record,
        method: str,
        outcome: Outcome | None = None,
        form: dict[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        if session.obj["status"] != "open":
            return self._closed(session)
        methods = self._methods(session)
        values = {"email": session.obj["customer_email"] or "", "name": "", "bank": "", **(form or {})}
        return page(
            "hosted/pay.html",
            status,
            method=method if method in methods else methods[0],
            methods=[(key, METHOD_NAMES[key]) for key in methods],
            error=outcome.error if outcome else None,
            wrong=outcome.field if outcome else None,
            values=values,
            banks=BANKS,
            **self._facts(session),
        )

    def _closed(self, session: Record) -> Response:
        """The page of a session that is no longer open."""
        if session.obj["status"] == "complete":
            return page("hosted/complete.html", back=success_url(session), **self._facts(session))
        return page("hosted/expired.html", **self._facts(session))


async def _fields(request: Request) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.form()).items()}
