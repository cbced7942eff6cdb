"""The command `duitpos`: everything that an operator starts."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ImproperlyConfigured

USAGE = """\
duitpos COMMAND

  demo [--reset]   a restaurant to play with, on this machine (--reset throws its data away first)
  setup            set a fresh server up: keys, tables, the first restaurant and its owner (--help says more)
  web              the web server
  worker           tasks and the sweep; at least one must run
  adopt            this database now belongs to BASE_URL: payment processors may be asked again
  purge            remove what is kept long enough: events' contents, unpaid orders, guests' addresses, photos,
                   restaurants that signed themselves up and never took an order
  reseal           encrypt the stored keys of payment processors anew, with the first of DUITPOS_ENCRYPTION_KEYS
  verify-rollups [--from DAY] [--to DAY]
                   compare the totals of reports with the ledger, day by day (DAY: 2026-11-24)
  verify-receipts  look for receipt numbers that are missing, double or not in the order of time
  open-restaurant  a restaurant with its owner and first location (--help says more)
  invite-owner     a link with which somebody opens a restaurant (--help says more)
  forget-second-factor
                   let somebody who lost phone and recovery codes sign in by password alone (--help says more)
  manage ...       Django's own commands: migrate, collectstatic, shell ...

Settings come from the environment: docs/settings.md.
"""

_OF_DJANGO = {
    "open-restaurant": "open_restaurant",
    "invite-owner": "invite_owner",
    "forget-second-factor": "forget_second_factor",
}
"""Commands of ours that Django's management runs, with their names there."""
WRONG_USE = 2
"""Exit code when the command line or the environment is wrong."""
SOME_FAILED = 1
"""Exit code when the command ran, but not for all."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. What is wrong with the environment is one sentence on standard error and exit code 2."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    command, rest = (words[0], words[1:]) if words else ("help", [])
    if command in ("help", "-h", "--help"):
        print(USAGE)
        return 0
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duitpos.settings")
    try:
        return _help(command, rest) if _asks_for_help(command, rest) else _run(command, rest)
    except ImproperlyConfigured as error:
        return _refuse(str(error))


def _asks_for_help(command: str, rest: list[str]) -> bool:
    is_manage_help = command == "manage" and (not rest or rest[0] == "help")
    return is_manage_help or "-h" in rest or "--help" in rest


def _help(command: str, rest: list[str]) -> int:
    """Say what a command does. It needs no environment and writes nothing."""
    if command == "setup":
        return _run(command, ["--help"])
    if command == "manage" or command in _OF_DJANGO:
        import django
        from django.core.management import execute_from_command_line

        # Django's help loads the settings; those of the demo need nothing.
        os.environ["DUITPOS_ENV"] = "demo"
        django.setup()
        words = [_OF_DJANGO[command], "--help"] if command in _OF_DJANGO else rest
        execute_from_command_line(["duitpos manage", *words])
        return 0
    lines = USAGE.splitlines()
    first = next((at for at, line in enumerate(lines) if line.startswith(f"  {command} ")), None)
    if first is None:
        return _refuse(f"`duitpos {command}` is no command; `duitpos help` lists them.")
    after = [line for line in lines[first + 1 :] if not line.startswith("    ")]
    print("\n".join(["duitpos", *lines[first : lines.index(after[0], first)], "", lines[-1]]))
    return 0


def _run(command: str, rest: list[str]) -> int:
    if command == "manage":
        return _manage(rest)
    if command in _OF_DJANGO:
        return _manage([_OF_DJANGO[command], *rest])
    if command == "setup":
        from duitpos.operations.setup import setup

        return setup(rest)
    if command == "demo":
        from duitpos.demo.launch import demo

        return demo(rest, _work)
    if command == "verify-rollups" and rest:
        try:
            days = _days(rest)
        except ValueError:
            return _refuse(
                "`duitpos verify-rollups` takes --from DAY and --to DAY, such as --from 2026-11-01 --to 2026-11-30."
            )
        return _serve(command, *days)
    if rest or command not in (
        "web",
        "worker",
        "adopt",
        "purge",
        "reseal",
        "verify-rollups",
        "verify-receipts",
    ):
        return _refuse(f"`duitpos {' '.join([command, *rest])}` is no command; `duitpos help` lists them.")
    return _serve(command)


def _days(words: list[str]) -> tuple[date | None, date | None]:
    """The first and last day that options name. ValueError for anything else, and when they are the wrong way round."""
    given: dict[str, date] = {}
    for option, value in zip(words[::2], words[1::2], strict=True):
        if option not in ("--from", "--to") or option in given:
            raise ValueError(option)
        given[option] = date.fromisoformat(value)
    first, last = given.get("--from"), given.get("--to")
    if first and last and first > last:
        raise ValueError(f"{first} to {last}")
    return first, last


def _serve(command: str, first: date | None = None, last: date | None = None) -> int:
    """All but `demo` and `manage` need a sound environment and a database."""
    _set_up()
    from duitpos.domain.orders.receipt_number import begin_new_series
    from duitpos.domain.reporting.day_close.close_day import begin_new_day_close_series
    from duitpos.domain.sweep.compare_sessions import compare_all_again
    from duitpos.domain.tenancy.installation import adopt_installation
    from duitpos.kit.clock import now
    from duitpos.operations.start import StartRefused, check_database, check_start, check_static
    from duitpos.operations.web import serve, web_from_environment

    try:
        if command == "adopt":
            check_database()
            print(f"This database belonged to {adopt_installation()}; now it belongs to your BASE_URL.")
            ended = _count(begin_new_series(now()), "receipt series", "receipt series")
            print(f"Receipts begin at 1 under another letter: {ended} ended.")
            begin_new_day_close_series(now())
            print(
                f"Payments of {compare_all_again()} accounts are compared with the processor's by the worker."
            )
            return 0
        if command == "purge":
            check_database()
            return _purge()
        if command == "reseal":
            check_database()
            return _reseal()
        if command == "verify-rollups":
            check_database()
            return _verify_rollups(first, last)
        if command == "verify-receipts":
            check_database()
            return _verify_receipts()
        if command == "web":
            web_from_environment()
            check_static()
        for warning in check_start():
            print(f"duitpos: {warning}", file=sys.stderr, flush=True)
    except StartRefused as refused:
        return _refuse(str(refused))
    if command == "web":
        serve()
    _work()
    return 0


def _work() -> None:
    """Be the worker, until it is stopped."""
    import django

    django.setup()
    from duitpos.jobs.worker import run_worker

    run_worker()


def _purge() -> int:
    from duitpos.domain.sweep.purge import purge

    purged = purge()
    removed = (
        _count(purged.event_bodies, "event body", "event bodies"),
        _count(purged.orders, "unpaid order", "unpaid orders"),
        _count(purged.emails, "e-mail address", "e-mail addresses"),
        _count(purged.photos, "unused photo", "unused photos"),
        _count(purged.calls, "old call", "old calls"),
        _count(purged.restaurants, "unfinished restaurant", "unfinished restaurants"),
    )
    print(f"Removed: {', '.join(removed)}.")
    if purged.errors:
        print("duitpos: not everything could be removed; the log above says why.", file=sys.stderr)
    return 1 if purged.errors else 0


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _reseal() -> int:
    from duitpos.domain.people.second_factor import reseal_second_factors
    from duitpos.domain.processor_accounts.reseal import reseal_all

    factors, lost = reseal_second_factors()
    done = reseal_all()
    print(
        f"Encrypted anew with the first key: the keys of {_count(done.resealed, 'account', 'accounts')},"
        f" {_count(factors, 'second factor', 'second factors')}."
    )
    if lost:
        print(
            f"Could not be read: {_count(lost, 'second factor', 'second factors')} of people who sign in. Add their key"
            " behind the others and run this again, or use `duitpos forget-second-factor`.",
            file=sys.stderr,
        )
    for one in done.unreadable:
        print(
            f"Could not be read: the keys of the {one.processor} account {one.account_id} of {one.tenant!r},"
            f" sealed with the key {one.key_id!r}. Add that key behind the others and run this again,"
            " or have the owner paste them again.",
            file=sys.stderr,
        )
    for key_id in done.unneeded:
        print(
            f"The key {key_id!r} is no longer needed by this database: it may leave DUITPOS_ENCRYPTION_KEYS."
        )
    return SOME_FAILED if done.unreadable or lost else 0


def _verify_rollups(first: date | None = None, last: date | None = None) -> int:
    from duitpos.domain.reporting.verify import verify_totals
    from duitpos.models import Tenant

    wrong = 0
    for tenant in Tenant.objects.order_by("slug"):
        for one in verify_totals(tenant.id, first, last):
            wrong += 1
            print(
                f"{tenant.slug} {one.location_id} {one.day} {one.by} {one.key} {one.measure}:"
                f" stored {one.stored}, right {one.right}",
                file=sys.stderr,
            )
    print("Every total is right." if not wrong else f"{_count(wrong, 'total is', 'totals are')} wrong.")
    return SOME_FAILED if wrong else 0


def _verify_receipts() -> int:
    from duitpos.domain.reporting.verify_receipts import verify_receipts
    from duitpos.models import Tenant

    wrong = 0
    for tenant in Tenant.objects.order_by("slug"):
        for one in verify_receipts(tenant.id):
            wrong += 1
            mode = "test" if one.is_test else "real"
            print(
                f"{tenant.slug} {one.location_id} {mode} {one.kind} {one.series}-{one.number:06d}: {one.wrong}",
                file=sys.stderr,
            )
    if wrong:
        print(f"{_count(wrong, 'receipt number is', 'receipt numbers are')} wrong.")
        return SOME_FAILED
    print("Every receipt number is right.")
    return 0


def _manage(words: list[str]) -> int:
    # First, because Django's own command line hides some errors of the settings behind others.
    _set_up()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["duitpos manage", *words])
    return 0


def _set_up() -> None:
    import django
    from django.conf import settings

    from duitpos.kit.private_files import database_files, keep_private

    django.setup()
    # The embedded database is a file in it, unless DATABASE_URL names another.
    keep_private(settings.VAR, *database_files(settings.DATABASES["default"]))


def _refuse(sentence: str) -> int:
    print(f"duitpos: {sentence}", file=sys.stderr)
    return WRONG_USE


if __name__ == "__main__":
    sys.exit(main())
