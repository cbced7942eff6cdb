"""Open a restaurant without the operator: who may, and the link that proves an e-mail address.

Nothing is stored before the link is followed, so that nobody can fill the database with strangers' addresses. A link
says only whose mailbox it was sent to. It makes a sign-in once: as soon as the address has one, its password is asked
for instead.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from django.conf import settings
from django.core import signing

from duitpos.domain.errors import Code, Forbidden, Gone
from duitpos.domain.tenancy.open import LocationRules, open_restaurant
from duitpos.kit.clock import now
from duitpos.models import Tenant, User

UNFINISHED_FOR = timedelta(days=30)
"""How long a restaurant that signed itself up has until its first order."""
FIRST_LOCATION = "main"


class SignUp(StrEnum):
    """Who may open a restaurant: the operator only, who has a link from the operator, or everybody."""

    CLOSED = "closed"
    INVITED = "invited"
    OPEN = "open"


class Link(StrEnum):
    """What a link was sent for."""

    MAIL = "mail"
    """To prove an address that somebody typed into the sign-up page."""
    INVITATION = "invitation"
    """By the operator."""


VALID = {Link.MAIL: timedelta(days=1), Link.INVITATION: timedelta(days=14)}


def sign_up_mode() -> SignUp:
    """Who may, by DUITPOS_SIGNUP."""
    return SignUp(settings.SIGN_UP)


def require_open() -> None:
    """Forbidden unless everybody may open a restaurant."""
    if sign_up_mode() == SignUp.INVITED:
        raise Forbidden(Code.SIGN_UP_BY_INVITATION)
    if sign_up_mode() != SignUp.OPEN:
        raise Forbidden(Code.SIGN_UP_CLOSED)


def link_token(email: str, kind: Link) -> str:
    """The token of a link for this address; VALID says how long it works."""
    return _signer(kind).sign_object({"email": email.strip().lower()})


def email_of_link(token: str) -> str:
    """Whose address a link proves. Forbidden when sign-up is closed; Gone when it is too old or not ours."""
    if sign_up_mode() == SignUp.CLOSED:
        raise Forbidden(Code.SIGN_UP_CLOSED)
    kinds = list(Link) if sign_up_mode() == SignUp.OPEN else [Link.INVITATION]
    for kind in kinds:
        try:
            return str(_signer(kind).unsign_object(token, max_age=VALID[kind])["email"])
        except signing.BadSignature:
            continue
    raise Gone(Code.SIGN_UP_LINK_OVER)


def has_sign_in(email: str) -> bool:
    """Whether somebody signs in with this address already."""
    return User.objects.filter(email=email.strip().lower()).exists()


def sign_up(*, email: str, password: str | None, name: str, slug: str, location: LocationRules) -> Tenant:
    """Open a restaurant for a proven address. Invalid; Conflict when the slug is taken."""
    return open_restaurant(
        name=name,
        slug=slug,
        owner_email=email,
        password=password,
        location=location,
        unfinished_until=now() + UNFINISHED_FOR,
    )


def locale_of(time_zone: str) -> str:
    """How money and dates are written in English in a time zone's country, such as en_MY for Asia/Kuala_Lumpur."""
    territory = get_global("zone_territories").get(time_zone, "")
    try:
        return str(Locale.parse(f"en_{territory}"))
    except (UnknownLocaleError, ValueError):
        return "en"


def _signer(kind: Link) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"duitpos.sign-up.{kind}")
