"""`make demo`: runs a demo restaurant, its worker and a Stripe sandbox on this machine, until Ctrl-C."""

from __future__ import annotations

import fcntl
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.core.exceptions import ImproperlyConfigured

from duitpos.demo.plan import (
    DemoKeys,
    DemoRefused,
    Plan,
    check_ports,
    enter_environment,
    keys_of,
    plan_from_environment,
    throw_away,
    write_private,
)
from duitpos.demo.sandbox import answers, forget_other_endpoints, sandbox_secrets, sandbox_words
from duitpos.demo.supervise import ChildDied, Supervisor
from duitpos.kit import fonts
from duitpos.kit.private_files import keep_private
from duitpos.kit.webserver import WebServer

START_SECONDS = 60.0


class _Stopped(Exception):
    """Ctrl-C was pressed during the start."""


def demo(words: Sequence[str], work: Callable[[], None]) -> int:
    """Run the demo; `--reset` deletes its data first, and `work` is the worker. Returns the exit code."""
    try:
        if set(words) - {"--reset"}:
            raise DemoRefused(f"`demo {' '.join(words)}` is not understood; the only word is --reset.")
        plan = plan_from_environment()
        keep_private(plan.var)
        with _only_one(plan):
            plan.places.unlink(missing_ok=True)
            check_ports(plan)
            if words:
                throw_away(plan)
            return _run(plan, keys_of(plan), work)
    except (DemoRefused, ImproperlyConfigured) as refused:
        print(f"duitpos: {refused}", file=sys.stderr)
        return 2
    except ChildDied as died:
        print(f"duitpos: {died} Everything was stopped.", file=sys.stderr)
        return 1


@contextmanager
def _only_one(plan: Plan) -> Iterator[None]:
    """Lock the folder: two demos in it would share databases and overwrite each other's URLs. DemoRefused."""
    plan.var.mkdir(parents=True, exist_ok=True)
    with (plan.var / "demo.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DemoRefused(
                f"A demo is running in {plan.var} already: stop it first, or give this one another folder"
                " with DUITPOS_VAR=... make demo."
            ) from error
        yield


def _run(plan: Plan, keys: DemoKeys, work: Callable[[], None]) -> int:
    began = time.monotonic()
    enter_environment(plan, keys)
    supervisor = Supervisor(plan.logs)
    try:
        supervisor.start("sandbox", sandbox_words(plan), sandbox_secrets(keys))
        places = _prepare(plan, keys)
        web = WebServer(plan.listen, plan.web_port, workers=1, threads=64, kill_after=1, respawns=False)
        supervisor.run("web", web.run)
        _wait_for(supervisor, "Stripe sandbox", f"http://127.0.0.1:{plan.sandbox_port}/_sandbox/health")
        forget_other_endpoints(plan)
        _know_the_account(places["tenant"])
        _wait_for(supervisor, "web server", f"http://127.0.0.1:{plan.web_port}/healthz")
        # Last, so that it does not slow down the two processes that the user waits for.
        supervisor.run("worker", work)
        write_private(plan.places, places)
        _say(places, time.monotonic() - began)
        supervisor.watch()
    except _Stopped:
        # Ctrl-C during the start ends the demo like a later one.
        pass
    finally:
        plan.places.unlink(missing_ok=True)
        supervisor.stop()
    print("\nStopped. The data is kept; `make demo-reset` starts over.", flush=True)
    return 0


def _prepare(plan: Plan, keys: DemoKeys) -> dict[str, str]:
    """Create or update tables, static files and the restaurant. Returns the content of demo.json: URLs and sign-in."""
    import django

    django.setup()
    from duitpos.demo.prepare import bring_up_to_date, load_application
    from duitpos.demo.seed import seed

    bring_up_to_date()
    seeded = seed(
        secret_key=keys.stripe_secret_key, webhook_secret=keys.stripe_webhook_secret, api_base=plan.api_base
    )
    load_application()
    shop = f"{plan.web_url}/{seeded.tenant}"
    return {
        "guest_url": f"{shop}/t/{seeded.table_token}/",
        "dashboard_url": f"{shop}/dashboard/",
        "kitchen_url": f"{shop}/kitchen/{seeded.location}/",
        "email": seeded.email,
        "password": seeded.password,
        "webhook_url": plan.webhook_url,
        "stripe_api_base": plan.api_base,
        "stripe_secret_key": keys.stripe_secret_key,
        "stripe_webhook_secret": keys.stripe_webhook_secret,
        "sandbox_url": f"{plan.sandbox_url}/",
        "tenant": seeded.tenant,
    }


def _know_the_account(slug: str) -> None:
    from duitpos.demo.prepare import check_keys

    check_keys(slug)


def _wait_for(supervisor: Supervisor, name: str, url: str) -> None:
    """Wait until `url` answers. DemoRefused when it takes too long."""
    if supervisor.wait_until(lambda: answers(url), START_SECONDS):
        return
    if supervisor.stopped.is_set():
        raise _Stopped
    raise DemoRefused(f"The {name} did not answer within {START_SECONDS:.0f} seconds at {url}.")


def _say(places: dict[str, str], seconds: float) -> None:
    print(
        f"""
  DuitPOS is running (started in {seconds:.1f} s). Nothing here is real money.

    Guest, table 1   {places["guest_url"]}
    Dashboard        {places["dashboard_url"]}
                     sign in as {places["email"]}, password {places["password"]}
    Kitchen          {places["kitchen_url"]}
    Stripe sandbox   {places["sandbox_url"]}
                     pay with 4242 4242 4242 4242, any later date, any CVC

  Ctrl-C stops everything.
""",
        flush=True,
    )
    if lacking := fonts.advice():
        print(f"  {lacking}\n", flush=True)
