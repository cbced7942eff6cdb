"""The codes of what an owner should know of a processor account, and how much each matters (M25)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from duitpos.kit.facts import Facts
from duitpos.processors.account import Place, ProcessorPage


class Severity(StrEnum):
    """How much a finding matters, most first."""

    STOPS = "stops"  # guests cannot pay
    MEND = "mend"  # it should be mended
    KNOW = "know"  # good to know
    FINE = "fine"


class AccountCode(StrEnum):
    """A finding about an account. SEVERITIES says how much each matters."""

    KEY_REFUSED = "key_refused"
    CANNOT_CHARGE = "cannot_charge"
    MAY_NOT_TAKE_PAYMENTS = "may_not_take_payments"
    CURRENCY_IMPOSSIBLE = "currency_impossible"
    NO_METHOD_FITS = "no_method_fits"

    NOT_SET_UP = "not_set_up"
    CANNOT_PAY_OUT = "cannot_pay_out"
    REQUIREMENTS_PAST_DUE = "requirements_past_due"
    REQUIREMENTS_DUE = "requirements_due"
    RIGHT_MISSING = "right_missing"
    KEY_TOO_WIDE = "key_too_wide"
    KEY_EXPIRES = "key_expires"
    CLOCK_REFUSES = "clock_refuses"
    CLOCK_DIFFERS = "clock_differs"
    MODES_MIXED = "modes_mixed"

    NOT_ANSWERED = "not_answered"
    NOT_REVIEWED = "not_reviewed"
    TEST_MODE = "test_mode"
    MODE_UNKNOWN = "mode_unknown"
    CURRENCY_CONVERTED = "currency_converted"
    METHODS_PENDING = "methods_pending"
    METHODS_INACTIVE = "methods_inactive"
    METHODS_UNFIT = "methods_unfit"
    REQUIREMENTS_CHECKED = "requirements_checked"
    REQUIREMENTS_LATER = "requirements_later"
    SHARED_WITH_ANOTHER = "shared_with_another"
    VERSION_DIFFERS = "version_differs"

    LIVE_MODE = "live_mode"
    CAN_CHARGE = "can_charge"
    CAN_PAY_OUT = "can_pay_out"
    NOTHING_REQUIRED = "nothing_required"
    METHODS_ACTIVE = "methods_active"
    CURRENCY_SAME = "currency_same"
    RIGHTS_ENOUGH = "rights_enough"
    CLOCK_SAME = "clock_same"
    VERSION_SAME = "version_same"
    SHARED_TYPES = "shared_types"


_C = AccountCode
_BY_SEVERITY: Mapping[Severity, tuple[AccountCode, ...]] = {
    Severity.STOPS: (
        _C.KEY_REFUSED, _C.CANNOT_CHARGE, _C.MAY_NOT_TAKE_PAYMENTS, _C.CURRENCY_IMPOSSIBLE, _C.NO_METHOD_FITS,
    ),
    Severity.MEND: (
        _C.NOT_SET_UP, _C.CANNOT_PAY_OUT, _C.REQUIREMENTS_PAST_DUE, _C.REQUIREMENTS_DUE, _C.RIGHT_MISSING,
        _C.KEY_TOO_WIDE, _C.KEY_EXPIRES, _C.CLOCK_REFUSES, _C.CLOCK_DIFFERS, _C.MODES_MIXED,
    ),
    Severity.KNOW: (
        _C.NOT_ANSWERED, _C.NOT_REVIEWED, _C.TEST_MODE, _C.MODE_UNKNOWN, _C.CURRENCY_CONVERTED,
        _C.METHODS_PENDING, _C.METHODS_INACTIVE, _C.METHODS_UNFIT, _C.REQUIREMENTS_CHECKED,
        _C.REQUIREMENTS_LATER, _C.SHARED_WITH_ANOTHER, _C.VERSION_DIFFERS,
    ),
    Severity.FINE: (
        _C.LIVE_MODE, _C.CAN_CHARGE, _C.CAN_PAY_OUT, _C.NOTHING_REQUIRED, _C.METHODS_ACTIVE, _C.CURRENCY_SAME,
        _C.RIGHTS_ENOUGH, _C.CLOCK_SAME, _C.VERSION_SAME, _C.SHARED_TYPES,
    ),
}  # fmt: skip
SEVERITIES: Mapping[AccountCode, Severity] = {
    code: severity for severity, codes in _BY_SEVERITY.items() for code in codes
}

PLACES: Mapping[AccountCode, Place] = {
    _C.KEY_REFUSED: Place.KEYS,
    _C.CANNOT_CHARGE: Place.ACCOUNT,
    _C.MAY_NOT_TAKE_PAYMENTS: Place.NEW_KEY,
    _C.NO_METHOD_FITS: Place.METHODS,
    _C.NOT_SET_UP: Place.ACCOUNT,
    _C.CANNOT_PAY_OUT: Place.PAYOUTS,
    _C.REQUIREMENTS_PAST_DUE: Place.ACCOUNT,
    _C.REQUIREMENTS_DUE: Place.ACCOUNT,
    _C.RIGHT_MISSING: Place.NEW_KEY,
    _C.KEY_TOO_WIDE: Place.NEW_KEY,
    _C.KEY_EXPIRES: Place.KEYS,
    _C.METHODS_PENDING: Place.METHODS,
    _C.METHODS_INACTIVE: Place.METHODS,
    _C.REQUIREMENTS_LATER: Place.ACCOUNT,
}
"""Where at the processor a finding is mended."""


@dataclass(frozen=True, slots=True)
class AccountFinding:
    """A finding. `about` has its code and facts, `items` what it lists, `page` is where it is mended."""

    severity: Severity
    about: Facts
    items: tuple[Facts, ...] = ()
    page: ProcessorPage | None = None

    @property
    def code(self) -> AccountCode:
        """Which finding it is."""
        return AccountCode(self.about["code"])
