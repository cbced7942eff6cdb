"""Update the demo's tables, static files and restaurant. Idempotent."""

from __future__ import annotations

import gc
import hashlib
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections

from duitpos.domain.processor_accounts.accounts import recheck
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.domain.tenancy.installation import adopt_installation, installation
from duitpos.kit.migrations import unapplied_migrations
from duitpos.models import ProcessorAccount
from duitpos.models.payment_setup import MANUAL_KINDS


def bring_up_to_date() -> None:
    """Migrate and collect static files if anything changed; adopt the database for the current address."""
    if unapplied_migrations():
        call_command("migrate", interactive=False, verbosity=0)
    _collect_static()
    # The demo uses another port than before: only a demo may adopt its database without the operator.
    if installation().base_url != settings.BASE_URL:
        adopt_installation()


def check_keys(slug: str) -> None:
    """Check the keys as when an owner saves them, so that Payment Types shows the account's name from the start."""
    unchecked = ProcessorAccount.objects.filter(tenant=tenant_by_slug(slug), checked_at__isnull=True)
    # Those whose money staff take have no keys.
    for account in unchecked.exclude(processor__in=MANUAL_KINDS):
        recheck(account)
    connections.close_all()


def load_application() -> None:
    """Import what web server and worker need, so that their processes share its memory; leave no connection open."""
    import_module(settings.ROOT_URLCONF)
    # A connection to SQLite must not be carried across a fork.
    connections.close_all()
    # Otherwise the next collection would write to the objects' headers, and so copy their pages.
    gc.collect()
    gc.freeze()


def _collect_static() -> None:
    mark = Path(settings.STATIC_ROOT) / ".collected-from"
    present = _fingerprint()
    if mark.exists() and mark.read_text() == present:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    mark.write_text(present)


def _fingerprint() -> str:
    """A digest that changes when a static file does."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(None):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
