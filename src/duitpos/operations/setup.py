"""`duitpos setup`: from a fresh server to a restaurant whose owner can sign in. A second run changes nothing."""

from __future__ import annotations

import argparse
import getpass
import os
import smtplib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from duitpos.kit import env, fonts
from duitpos.kit.slug import slug_of
from duitpos.operations import env_file

PASSWORD_NAME = "DUITPOS_OWNER_PASSWORD"
_ASKED_IN_FILE = ("database_url", "email_url", "email_from")
_DEFAULT_FILE = "duitpos.env"


class SetupRefused(Exception):
    """The set-up cannot go on. The message is one sentence that says what to give or mend."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where questions are asked. Without a person at it (`asks` is False), a missing answer is an error."""

    asks: bool
    ask: Callable[[str], str] = input
    ask_secretly: Callable[[str], str] = getpass.getpass

    def answer(self, given: str | None, question: str, option: str, default: str = "") -> str:
        """What was given on the command line, else typed, else the default. SetupRefused if there is none."""
        if given is not None:
            return given.strip()
        if self.asks:
            shown = f"{question} [{default}]: " if default else f"{question}: "
            typed = self.ask(shown).strip()
            if typed or default:
                return typed or default
        elif default:
            return default
        raise SetupRefused(f"There is no answer to “{question}”: give {option}.")


def parser() -> argparse.ArgumentParser:
    """The command line. Every question can be answered on it."""
    made = argparse.ArgumentParser(
        prog="duitpos setup",
        description="Set this server up: keys in a file, tables, static files, the first restaurant and its owner."
        " What is missing is asked for. A second run changes nothing.",
        epilog=f"Without a terminal, the owner's password is read from {PASSWORD_NAME}.",
    )
    made.add_argument(
        "--env-file", default=_DEFAULT_FILE, help=f"where to keep the settings ({_DEFAULT_FILE})"
    )
    made.add_argument("--base-url", help="the address that guests open: https://order.example.my")
    made.add_argument("--proxy-count", help="how many proxies stand in front of DuitPOS (1)")
    made.add_argument("--database-url", help="postgres://user:password@host/name (default: SQLite)")
    made.add_argument("--email-url", help="smtp+tls://user:password@host:587 (default: mail goes nowhere)")
    made.add_argument("--email-from", help='the sender: "Kopi Kita <no-reply@example.my>"')
    made.add_argument("--name", help='the restaurant: "Kopi Kita"')
    made.add_argument("--slug", help="the first word of its address: kopi-kita")
    made.add_argument("--owner", metavar="EMAIL", help="the owner's e-mail address")
    made.add_argument("--location", help="name of the first location (Main)")
    made.add_argument("--currency", help="MYR")
    made.add_argument("--time-zone", help="Asia/Kuala_Lumpur")
    made.add_argument("--service-charge", metavar="PERCENT", help="10 (default: none)")
    made.add_argument("--tax", metavar="PERCENT", help="6 (default: none)")
    made.add_argument("--test-mail", metavar="EMAIL", help="only send a test mail there")
    return made


def setup(words: Sequence[str]) -> int:
    """Run it. Returns the exit code; SetupRefused and EnvFileRefused are one sentence and 2."""
    given = parser().parse_args(list(words))
    terminal = Terminal(sys.stdin.isatty())
    try:
        file = Path(given.env_file).absolute()
        _environment(file, given, terminal)
        if given.test_mail:
            print(_send_test_mail(given.test_mail))
            return 0
        _bring_up_to_date()
        owner = _first_restaurant(given, terminal)
        print(_send_test_mail(owner) if owner else "A restaurant is open here already; nothing was changed.")
        _say_what_is_next(file)
        return 0
    except (SetupRefused, env_file.EnvFileRefused) as refused:
        print(f"duitpos: {refused}", file=sys.stderr)
        return 2


def _environment(file: Path, given: argparse.Namespace, terminal: Terminal) -> None:
    """Load the file, and add to it what neither it nor the environment has."""
    existed = env_file.load(file)
    wanted: dict[str, Callable[[], str]] = {
        "BASE_URL": lambda: _base_url(given.base_url, terminal),
        "DUITPOS_PROXY_COUNT": lambda: _proxy_count(given.proxy_count),
        "DUITPOS_VAR": lambda: str(file.parent / "var"),
        "SECRET_KEY": env_file.new_secret_key,
        "DUITPOS_ENCRYPTION_KEYS": env_file.new_encryption_key,
    }
    missing = {name: make() for name, make in wanted.items() if not os.environ.get(name)}
    for option in _ASKED_IN_FILE:
        name = "DUITPOS_EMAIL_FROM" if option == "email_from" else option.upper()
        if getattr(given, option) and not os.environ.get(name):
            missing[name] = getattr(given, option)
    if missing:
        env_file.add(file, missing)
        print(f"{'Added to' if existed else 'Made'} {file} (mode 600): {', '.join(missing)}.")
    else:
        print(f"{file} has every setting that is needed; it was not changed.")


def _base_url(given: str | None, terminal: Terminal) -> str:
    url = terminal.answer(
        given, "The address that guests open, such as https://order.example.my", "--base-url"
    )
    if not env.is_origin(url.rstrip("/")) or not url.startswith("https://"):
        raise SetupRefused(
            f"{url!r} is not an address that guests can open safely: give one that begins with https://"
        )
    return url.rstrip("/")


def _proxy_count(given: str | None) -> str:
    count = "1" if given is None else given
    if not env.is_whole(count):
        raise SetupRefused(f"--proxy-count {count!r} is not a whole number.")
    return count


def _bring_up_to_date() -> None:
    """Migrate and collect the static files."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duitpos.settings")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import DatabaseError

    from duitpos.kit.logs import redact
    from duitpos.kit.migrations import unapplied_migrations
    from duitpos.kit.private_files import database_files, keep_private
    from duitpos.operations.start import StartRefused, check_keys

    keep_private(settings.VAR, *database_files(settings.DATABASES["default"]))
    try:
        missing = unapplied_migrations()
        if missing:
            call_command("migrate", interactive=False, verbosity=0)
        check_keys()
    except StartRefused as refused:
        raise SetupRefused(str(refused)) from refused
    except DatabaseError as error:
        reason = " ".join(redact(str(error)).split()).rstrip(".")
        raise SetupRefused(f"The database of DATABASE_URL cannot be used: {reason}.") from error
    print(f"The database is up to date: {missing} migration{'' if missing == 1 else 's'} applied.")
    call_command("collectstatic", interactive=False, verbosity=0)
    print(f"The static files are in {settings.STATIC_ROOT}.")


def _first_restaurant(given: argparse.Namespace, terminal: Terminal) -> str:
    """Open the first restaurant, and return its owner's address; empty if there is one already. SetupRefused."""
    from django.core.management import CommandError, call_command

    from duitpos.domain.tenancy.find import has_restaurants

    if has_restaurants():
        return ""
    name = terminal.answer(given.name, "The restaurant's name", "--name")
    slug = terminal.answer(given.slug, "The first word of its address", "--slug", slug_of(name))
    owner = terminal.answer(given.owner, "The owner's e-mail address", "--owner")
    options = {
        option: getattr(given, option)
        for option in ("location", "currency", "time_zone", "service_charge", "tax")
        if getattr(given, option) is not None
    }
    words = [f"--{option.replace('_', '-')}={value}" for option, value in options.items()]
    if not terminal.asks and not os.environ.get(PASSWORD_NAME):
        raise SetupRefused(f"There is no password for {owner}: set {PASSWORD_NAME}.")
    try:
        call_command("open_restaurant", slug, name, owner, *words)
    except CommandError as error:
        raise SetupRefused(str(error)) from error
    return owner


def _send_test_mail(to: str) -> str:
    """Send a test mail; a sentence that says what became of it. A mail server that fails does not end the set-up."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duitpos.settings")
    django.setup()
    from django.conf import settings
    from django.core.mail import send_mail

    from duitpos.kit.mail import sends_mail

    if not sends_mail():
        return (
            "Mail goes nowhere: EMAIL_URL is not set, so guests get no receipt and nobody can reset a password."
            " Set it, and run `duitpos setup --test-mail` with your address."
        )
    text = f"This mail was sent by `duitpos setup`. DuitPOS at {settings.BASE_URL} can send mail."
    try:
        send_mail("DuitPOS can send mail", text, None, [to])
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return f"The test mail to {to} was not sent: {error}. Mend EMAIL_URL, and run `duitpos setup --test-mail {to}`."
    return f"A test mail was sent to {to}."


def _say_what_is_next(file: Path) -> None:
    from django.conf import settings

    print(
        f"""
Next:
  1. Start `duitpos web` and `duitpos worker` with this file's settings, and keep them running. In a shell:
       set -a; . {file}; set +a; duitpos web
     With systemd: EnvironmentFile={file}
  2. Have your proxy end TLS for {settings.BASE_URL} and forward to port {env.number("PORT", 8000)} (docs/settings.md).
  3. Sign in at {settings.BASE_URL}/accounts/login/ and open Get paid.
  4. Back up {file}: without its keys a backup of the database cannot be used."""
    )
    if lacking := fonts.advice():
        print(f"  5. {lacking}")
