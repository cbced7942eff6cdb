"""When a restaurant cannot be opened, for operators and for owners who sign up."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from duitpos.domain.errors import Code
from duitpos.web.sentences import Sentence

OPENING: Mapping[Code, Sentence] = {
    Code.SIGN_UP_CLOSED: _(
        "Nobody can open a restaurant here by themselves. Ask the person who runs this installation."
    ),
    Code.SIGN_UP_BY_INVITATION: _(
        "A restaurant is opened here by invitation. Ask the person who runs this installation for a link."
    ),
    Code.SIGN_UP_LINK_OVER: _("This link is too old, or it was not copied whole. Ask for a new one."),
    Code.SIGN_UP_TOO_OFTEN: _(
        "Too many tries. Nothing was sent and nothing was lost: wait an hour, and try again."
    ),
    Code.SLUG_RESERVED: _("“%(slug)s” is an address of DuitPOS itself: choose another."),
    Code.SLUG_TAKEN: _("The address “%(slug)s” is taken: choose another."),
    Code.EMAIL_INVALID: _("“%(email)s” is not an e-mail address."),
    Code.PASSWORD_MISSING: _("%(email)s has no sign-in yet: give a password for it."),
    Code.PASSWORD_WEAK: _("The password is refused: %(said)s"),
}
