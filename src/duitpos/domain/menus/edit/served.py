"""Check when something is served."""

from __future__ import annotations

from duitpos.domain.errors import Code, Invalid
from duitpos.domain.menus.serving import Serving
from duitpos.models.menu import EVERY_DAY

ALWAYS = Serving()


def checked_serving(serving: Serving) -> Serving:
    """Raises Invalid for no day at all, which would hide it without a word: archiving does that."""
    if not 0 < serving.days <= EVERY_DAY:
        raise Invalid(Code.SERVED_ON_NO_DAY)
    return serving


def columns_of(serving: Serving) -> dict[str, object]:
    """The columns of models.menu.Served."""
    return {"days": serving.days, "served_from": serving.starts, "served_until": serving.ends}
