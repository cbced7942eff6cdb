"""Keep an uploaded file between its preview and its import, outside of the session."""

from __future__ import annotations

from django.core.cache import caches

from duitpos.domain.errors import Code, Gone
from duitpos.kit.ids import secret_token
from duitpos.models import Membership

SECONDS = 15 * 60


def keep_draft(member: Membership, data: bytes) -> str:
    """Keep the file in place of the member's last one; returns the token that `draft` takes."""
    token = secret_token()
    caches["shared"].set(_key(member), (token, data), SECONDS)
    return token


def draft(member: Membership, token: str) -> bytes:
    """The file that the member uploaded. Gone after 15 minutes, or once there is a later one."""
    kept: tuple[str, bytes] | None = caches["shared"].get(_key(member))
    if kept is None or kept[0] != token:
        raise Gone(Code.MENU_FILE_EXPIRED)
    return kept[1]


def drop_draft(member: Membership) -> None:
    """Forget the member's file."""
    caches["shared"].delete(_key(member))


def _key(member: Membership) -> str:
    return f"menu-file:{member.tenant_id}:{member.id}"
