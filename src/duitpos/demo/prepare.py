"""Bringing the demo's folder up to date: tables, files for browsers, the restaurant. Does nothing twice."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from duitpos.domain.processor_accounts.accounts import recheck
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.domain.tenancy.installation import adopt, installation
from duitpos.kit.migrations import unapplied_migrations
from duitpos.models import ProcessorAccount


def bring_up_to_date() -> None:
    """Migrate and collect if anything changed; belong to the present address."""
    if unapplied_migrations():
        call_command("migrate", interactive=False, verbosity=0)
    _collect_static()
    # The demo's folder moved to another port: only a demo may take that for its own without asking.
    if installation().base_url != settings.BASE_URL:
        adopt()


def check_keys(slug: str) -> None:
    """As when an owner saves them: the account's name stands under Payment Types from the first look on."""
    for account in ProcessorAccount.objects.filter(tenant=tenant_by_slug(slug), checked_at__isnull=True):
        recheck(account)


def _collect_static() -> None:
    mark = Path(settings.STATIC_ROOT) / ".collected-from"
    present = _fingerprint()
    if mark.exists() and mark.read_text() == present:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    mark.write_text(present)


def _fingerprint() -> str:
    """Changes when a file for browsers does."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(None):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
