"""Messages for the operator when a restaurant cannot be opened."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from duitpos.domain.errors import Code
from duitpos.web.sentences import Sentence

OPENING: Mapping[Code, Sentence] = {
    Code.SLUG_RESERVED: _("“%(slug)s” is an address of DuitPOS itself: choose another."),
    Code.SLUG_TAKEN: _("The address “%(slug)s” is taken: choose another."),
    Code.EMAIL_INVALID: _("“%(email)s” is not an e-mail address."),
    Code.PASSWORD_MISSING: _("%(email)s has no sign-in yet: give a password for it."),
    Code.PASSWORD_WEAK: _("The password is refused: %(said)s"),
}
