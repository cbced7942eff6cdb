"""Open a restaurant: its owner, its first location, and the default payment types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, time

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError
from django.db.models import Max

from duitpos.domain.errors import Code, Conflict, Invalid
from duitpos.domain.tenancy.location_check import check_columns, check_slug
from duitpos.kit.transact import transact
from duitpos.models import Location, Membership, PaymentType, Tenant, User
from duitpos.models.payment_setup import PaymentKind
from duitpos.models.people import Role
from duitpos.models.tenant import RESERVED_SLUGS, ServiceStyle
from duitpos.processors.registry import ADAPTERS


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationRules:
    """A new location's fields. Rates in basis points (600 is 6 %); times are local."""

    name: str
    slug: str
    address: str = ""
    time_zone: str = "Asia/Kuala_Lumpur"
    locale: str = "en_MY"
    currency: str = "MYR"
    day_closes_at: time = time(4, 0)
    service_charge_bp: int = 0
    tax_bp: int = 0
    reduced_tax_bp: int = 0
    tax_name: str = "SST"
    tax_is_inclusive: bool = False
    tax_on_service_charge: bool = False
    weekly_hours: list[list[list[int]]] = field(default_factory=list)
    """tenancy/week.py; empty: open all day."""
    latest_to_cook: int = 45
    receipt_header: str = ""
    registration_number: str = ""
    sst_number: str = ""
    service_style: str = ServiceStyle.BROUGHT


def open_restaurant(
    *,
    name: str,
    slug: str,
    owner_email: str,
    password: str | None,
    location: LocationRules,
    unfinished_until: datetime | None = None,
) -> Tenant:
    """Open a restaurant. Invalid; Conflict when the slug is taken.

    An owner who already has a sign-in keeps their password, and `password` is ignored. `unfinished_until`: when it is
    removed unless it takes an order before (sweep/unfinished.py).
    """
    email = owner_email.strip().lower()
    wanted = Tenant(name=name.strip(), slug=slug, unfinished_until=unfinished_until)
    _check(wanted, email, location)

    def work() -> Tenant:
        if Tenant.objects.filter(slug=slug).exists():
            raise _taken(slug)
        tenant = Tenant.objects.create(name=wanted.name, slug=slug, unfinished_until=unfinished_until)
        owner = _owner(email, password)
        Membership.objects.create(tenant=tenant, user=owner, role=Role.OWNER)
        Location.objects.create(tenant=tenant, **asdict(location))
        PaymentType.objects.create(tenant=tenant, code="CASH", name="Cash", kind=PaymentKind.CASH)
        PaymentType.objects.create(
            tenant=tenant, code="ONLINE", name="Online Payment", is_active=False, position=1
        )
        return tenant

    try:
        return transact(work)
    except IntegrityError as error:
        # A concurrent request took the slug, or created the same owner, after the checks above.
        raise _taken(slug) from error


def add_location(
    tenant: Tenant, rules: LocationRules, then: Callable[[Location], None] | None = None
) -> Location:
    """Add a location after the existing ones. Invalid; Conflict when the restaurant already has that slug.

    `then` writes what belongs to it, in its transaction.
    """
    check_columns(asdict(rules))
    check_slug(tenant.id, rules.slug)

    def work() -> Location:
        last = Location.objects.filter(tenant=tenant).aggregate(last=Max("position"))["last"]
        position = 0 if last is None else last + 1
        location = Location.objects.create(tenant=tenant, position=position, **asdict(rules))
        if then is not None:
            then(location)
        return location

    try:
        return transact(work)
    except IntegrityError as error:
        # The constraint decides, since another request may have taken the slug after the check.
        raise Conflict(Code.LOCATION_SLUG_TAKEN, restaurant=tenant.name, slug=rules.slug) from error


def is_reserved(slug: str) -> bool:
    """Whether no restaurant may take this slug: it is an address of ours, or the name of an installed processor."""
    return slug in RESERVED_SLUGS or slug in ADAPTERS


def _owner(email: str, password: str | None) -> User:
    user = User.objects.filter(email=email).first()
    if user is not None:
        return user
    if not password:
        raise Invalid(Code.PASSWORD_MISSING, email=email)
    try:
        validate_password(password, User(email=email))
    except ValidationError as error:
        raise Invalid(Code.PASSWORD_WEAK, said=" ".join(error.messages)) from error
    return User.objects.create_user(email, password)


def _check(tenant: Tenant, email: str, location: LocationRules) -> None:
    if is_reserved(tenant.slug):
        raise Invalid(Code.SLUG_RESERVED, slug=tenant.slug)
    try:
        tenant.clean_fields()
    except ValidationError as error:
        field, problems = next(iter(error.message_dict.items()))
        raise Invalid(Code.FIELD_INVALID, field=field, said=" ".join(problems)) from error
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(Code.EMAIL_INVALID, email=email) from error
    check_columns(asdict(location))
    check_slug(None, location.slug)


def _taken(slug: str) -> Conflict:
    return Conflict(Code.SLUG_TAKEN, slug=slug)
