"""Home: today's volume and what happened last; and the search by id."""

from datetime import UTC, datetime

from starlette.responses import Response

from stripe_sandbox.dashboard.context import Context, Routes, mine
from stripe_sandbox.dashboard.payments import STATUSES, payment_rows
from stripe_sandbox.store import Json

LAST = 8

_SEARCHED = ("id", "charge", "session", "email", "description")

# The page of each kind of object below `/dashboard`.
_PAGES = {
    "payment_intent": "/payments/{}",
    "event": "/events/{}",
    "endpoint": "/webhooks/{}",
    "delivery": "/deliveries/{}",
}


def show_home(context: Context) -> Response:
    """Today's figures and the last payments."""
    rows = payment_rows(context.sandbox, context.scope)
    return context.page(
        "home",
        "home",
        "Home",
        rows=rows[:LAST],
        count=len(rows),
        statuses=STATUSES,
        events=mine(context, "event")[:LAST],
        volume=_volume(context),
        balance=_balances(context),
    )


def _volume(context: Context) -> list[Json]:
    """Today's successful amounts by currency; the day is UTC's."""
    now = datetime.fromtimestamp(context.sandbox.clock.now(), UTC)
    midnight = int(now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
    sums: dict[str, int] = {}
    for record in mine(context, "charge"):
        if record.created >= midnight and record.obj["status"] == "succeeded":
            currency = record.obj["currency"]
            sums[currency] = sums.get(currency, 0) + record.obj["amount"]
    return _amounts(context, sums)


def _balances(context: Context) -> list[Json]:
    sums: dict[str, int] = {}
    for record in mine(context, "balance_transaction"):
        currency = record.obj["currency"]
        sums[currency] = sums.get(currency, 0) + record.obj["net"]
    return _amounts(context, sums)


def _amounts(context: Context, sums: dict[str, int]) -> list[Json]:
    """The sums, or a zero in the account's own currency."""
    account = context.sandbox.store.find("account", context.scope.account)
    if not sums and account is not None:
        sums = {account.obj["default_currency"]: 0}
    return [{"currency": currency, "amount": amount} for currency, amount in sorted(sums.items())]


def search(context: Context) -> Response:
    """Go to the object with this id; without one, list the payments whose e-mail or ids contain the text."""
    text = context.query("q").strip()
    store = context.sandbox.store
    for kind, path in _PAGES.items():
        if store.find(kind, text) is not None:
            return context.go(path.format(text))
    for kind in ("charge", "refund", "dispute", "session"):
        record = store.find(kind, text)
        if record is not None and record.obj["payment_intent"]:
            return context.go(f"/payments/{record.obj['payment_intent']}")
    if store.find("session", text) is not None:
        return context.go("/sessions")
    wanted = text.lower()
    rows = [
        row
        for row in payment_rows(context.sandbox, context.scope)
        if wanted
        and any(
            wanted in str(row[name]).lower() for name in ("id", "charge", "session", "email", "description")
        )
    ]
    return context.page(
        "search", "", "Search results", query=text, rows=rows[:50], count=len(rows), statuses=STATUSES
    )


ROUTES: Routes = {("GET", ""): show_home, ("GET", "/home"): show_home, ("GET", "/search"): search}
