"""Changes of an account, told by `account.updated`."""

import copy

from stripe_sandbox.accounts import Scope
from stripe_sandbox.actions.events import emit
from stripe_sandbox.errors import StripeError
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, Record


def change_account(sandbox: Sandbox, record: Record, facts: Json) -> None:
    """Change an account's facts, and send `account.updated` in each mode that it has keys of.

    Names as in README.md. Raises pydantic's ValidationError.
    """
    before = copy.deepcopy(record.obj)
    sandbox.accounts.change(record, facts)
    previous = _previous(before, record.obj)
    if not previous:
        return
    modes = {key.livemode for key in sandbox.store.all("key") if key.account == record.id}
    for livemode in sorted(modes):
        emit(sandbox, Scope(record.id, livemode), "account.updated", record.obj, previous=previous)


def _previous(before: Json, after: Json) -> Json:
    """The values that have changed, as they were; null for those that are new.

    Of objects only the properties that changed.
    """
    changed: Json = {}
    for name, new in after.items():
        old = before.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            inner = _previous(old, new)
            if inner:
                changed[name] = inner
        elif old != new:
            changed[name] = old
    return changed


def check_may_charge(sandbox: Sandbox, scope: Scope) -> None:
    """Raise Stripe's 400 for an account that may not take payments."""
    if not sandbox.accounts.get(scope.account).obj["charges_enabled"]:
        raise StripeError(400, "Your account cannot currently make live charges.", executed=True)
