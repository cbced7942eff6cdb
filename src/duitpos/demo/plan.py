"""The demo's folder, addresses and secrets."""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from duitpos.kit import env

TENANT = "kopi-kita"
"""The slug of the demo's restaurant; the sandbox must know it before the restaurant exists."""


class DemoRefused(Exception):
    """The demo cannot start. The message is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One demo. Everything it writes is in `var`."""

    var: Path
    host: str
    web_port: int
    api_base: str
    """DuitPOS's address for Stripe's API: the sandbox, or STRIPE_API_BASE."""

    @property
    def sandbox_port(self) -> int:
        return self.web_port + 1

    @property
    def web_url(self) -> str:
        return f"http://{self.host}:{self.web_port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://{self.host}:{self.sandbox_port}"

    @property
    def webhook_path(self) -> str:
        return f"/{TENANT}/webhooks/stripe/"

    @property
    def webhook_url(self) -> str:
        return f"{self.web_url}{self.webhook_path}"

    @property
    def listen(self) -> str:
        """The address the servers bind: loopback only, unless DEMO_HOST lets phones reach them."""
        return "127.0.0.1" if self.host in ("127.0.0.1", "localhost") else "0.0.0.0"  # noqa: S104 - DEMO_HOST asks for it

    @property
    def places(self) -> Path:
        """The file with all URLs, while the demo runs."""
        return self.var / "demo.json"

    @property
    def logs(self) -> Path:
        return self.var / "log"


@dataclass(frozen=True, slots=True)
class DemoKeys:
    """Secrets made at the first start and kept, so that later starts can decrypt stored secrets."""

    secret_key: str
    encryption_keys: str
    stripe_secret_key: str
    stripe_webhook_secret: str


def plan_from_environment() -> Plan:
    """The plan from PORT, DUITPOS_VAR, DEMO_HOST, STRIPE_API_BASE. DemoRefused, ImproperlyConfigured."""
    port = env.number("PORT", 8000, least=1)
    if port > 65534:
        raise DemoRefused(f"PORT is '{port}': use a number up to 65534; the sandbox takes the one after it.")
    host = str(env.read("DEMO_HOST", default="127.0.0.1"))
    base = str(env.read("STRIPE_API_BASE", default="")).strip().rstrip("/")
    if base and not base.startswith(("http://", "https://")):
        raise DemoRefused(f"STRIPE_API_BASE is {base!r}: use an http(s) address, or leave it out.")
    return Plan(
        var=Path(str(env.read("DUITPOS_VAR", default="var"))).absolute(),
        host=host,
        web_port=port,
        api_base=base or f"http://127.0.0.1:{port + 1}",
    )


def check_ports(plan: Plan) -> None:
    """DemoRefused when one of the ports is taken."""
    for name, port in (("web server", plan.web_port), ("Stripe sandbox", plan.sandbox_port)):
        with socket.socket() as probe:
            # As servers do: a port in TIME_WAIT counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((plan.listen, port))
                probe.listen()
            except OSError as error:
                raise DemoRefused(
                    f"Port {port}, which the demo's {name} needs, cannot be used ({error.strerror}):"
                    f" stop what uses it, or choose another with PORT=... make demo."
                ) from error


def keys_of(plan: Plan) -> DemoKeys:
    """The demo's secrets, made at the first call and stored in a file that only this user can read."""
    kept = plan.var / "demo-secrets.json"
    if kept.exists():
        return DemoKeys(**json.loads(kept.read_text()))
    keys = DemoKeys(
        secret_key=secrets.token_urlsafe(50),
        encryption_keys="demo:" + base64.b64encode(os.urandom(32)).decode(),
        stripe_secret_key="sk_test_" + secrets.token_hex(24),
        stripe_webhook_secret="whsec_" + secrets.token_hex(24),
    )
    write_private(kept, asdict(keys))
    return keys


def write_private(file: Path, content: dict[str, str]) -> None:
    """Write JSON that only this user may read, atomically."""
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(content, out, indent=2)
        out.write("\n")
    new.replace(file)


def enter_environment(plan: Plan, keys: DemoKeys) -> None:
    """Set the demo's environment for this process and its children, without the shell's settings for production."""
    for name in ("ALLOWED_HOSTS", "CACHE_URL", "DATABASE_URL", "DEBUG", "DUITPOS_PROXY_COUNT", "EMAIL_URL"):
        os.environ.pop(name, None)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="duitpos.settings",
        DUITPOS_ENV="demo",
        DUITPOS_VAR=str(plan.var),
        BASE_URL=plan.web_url,
        SECRET_KEY=keys.secret_key,
        DUITPOS_ENCRYPTION_KEYS=keys.encryption_keys,
        DUITPOS_SANDBOX_URLS=",".join(sorted({plan.api_base, f"http://127.0.0.1:{plan.sandbox_port}"})),
    )


def throw_away(plan: Plan) -> None:
    """Delete the demo's data: only files that the demo makes."""
    for file in _made_by_the_demo(plan):
        file.unlink(missing_ok=True)


def _made_by_the_demo(plan: Plan) -> Iterator[Path]:
    for pattern in (
        "duitpos.sqlite3*",
        "sandbox.sqlite3*",
        "demo.json",
        "demo-secrets.json",
        "log/*.log",
        "cache/*",
        "photos/*/*",
    ):
        yield from plan.var.glob(pattern)
