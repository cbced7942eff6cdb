"""Developers > API keys."""

from starlette.responses import Response

from stripe_sandbox.dashboard.context import Context, Routes
from stripe_sandbox.dashboard.keys import (
    EXPIRIES,
    change_key,
    create_key,
    find_key,
    key_row,
    key_rows,
    levels_of,
    permissions_of,
    publishable_key,
    resources,
    roll_key,
)
from stripe_sandbox.errors import ControlError


def show_keys(context: Context) -> Response:
    rows = key_rows(context.sandbox, context.scope)
    return context.page(
        "keys",
        "apikeys",
        "API keys",
        publishable=publishable_key(context.scope),
        standard=[row for row in rows if not row["restricted"]],
        restricted=[row for row in rows if row["restricted"]],
    )


def _form(context: Context, ref: str, name: str, levels: dict[str, str], error: str = "") -> Response:
    return context.page(
        "key_form",
        "apikeys",
        "Edit restricted key" if ref else "Create restricted key",
        422 if error else 200,
        ref=ref,
        name=name,
        levels=levels,
        resources=resources(),
        error=error,
    )


def _levels(context: Context) -> dict[str, str]:
    return {item["name"]: context.text(f"level_{item['name']}") for item in resources()}


def _restricted(context: Context) -> tuple[str, str, list[str]]:
    """The name of the form's key, what is wrong with it, and its permissions."""
    name = context.text("name")
    error = (
        "" if 0 < len(name) <= 100 else "Give the key a name of 1 to 100 characters, for instance DuitPOS."
    )
    return name, error, permissions_of(_levels(context))


def new_key(context: Context) -> Response:
    return _form(context, "", "", levels_of([]))


def add_key(context: Context) -> Response:
    name, error, permissions = _restricted(context)
    if error:
        return _form(context, "", name, _levels(context), error)
    create_key(context.sandbox, context.scope, name, permissions)
    return context.go("/apikeys", "key-created")


def edit_key(context: Context) -> Response:
    row = key_row(find_key(context.sandbox, context.scope, context.part("ref")))
    if not row["restricted"]:
        raise ControlError("a standard key has all permissions; only restricted keys are edited")
    return _form(context, str(row["ref"]), row["name"], levels_of(row["permissions"]))


def save_key(context: Context) -> Response:
    key = find_key(context.sandbox, context.scope, context.part("ref"))
    if key.extra["permissions"] is None:
        raise ControlError("a standard key has all permissions; only restricted keys are edited")
    name, error, permissions = _restricted(context)
    if error:
        return _form(context, str(key.seq), name, _levels(context), error)
    change_key(context.sandbox, key, name, permissions)
    return context.go("/apikeys", "key-saved")


def ask_roll(context: Context) -> Response:
    row = key_row(find_key(context.sandbox, context.scope, context.part("ref")))
    return context.page("key_roll", "apikeys", f"Roll {row['name']}", row=row, expiries=EXPIRIES)


def roll(context: Context) -> Response:
    key = find_key(context.sandbox, context.scope, context.part("ref"))
    seconds = context.text("expires")
    if seconds not in EXPIRIES:
        raise ControlError("choose when the old key expires")
    roll_key(context.sandbox, key, int(seconds))
    return context.go("/apikeys", "key-rolled")


def ask_delete(context: Context) -> Response:
    row = key_row(find_key(context.sandbox, context.scope, context.part("ref")))
    return context.page("key_delete", "apikeys", f"Delete {row['name']}", row=row)


def delete(context: Context) -> Response:
    key = find_key(context.sandbox, context.scope, context.part("ref"))
    context.sandbox.accounts.revoke(key.id)
    return context.go("/apikeys", "key-deleted")


ROUTES: Routes = {
    ("GET", "/apikeys"): show_keys,
    # The page's address before it had the name of Stripe's.
    ("GET", "/accounts"): show_keys,
    ("GET", "/apikeys/create"): new_key,
    ("POST", "/apikeys/create"): add_key,
    ("GET", "/apikeys/{ref}"): edit_key,
    ("POST", "/apikeys/{ref}"): save_key,
    ("GET", "/apikeys/{ref}/roll"): ask_roll,
    ("POST", "/apikeys/{ref}/roll"): roll,
    ("GET", "/apikeys/{ref}/delete"): ask_delete,
    ("POST", "/apikeys/{ref}/delete"): delete,
}
