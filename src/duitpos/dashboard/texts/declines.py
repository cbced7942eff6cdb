"""Why a card was declined, and what to tell the guest.

A bank's suspicion is never shown: of a card that it calls lost, stolen or misused, staff read only that it refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from duitpos.web.sentences import Text


class DeclineText(NamedTuple):
    """Two whole sentences for staff: why, and what to tell the guest."""

    reason: Text
    tell: Text


_ANOTHER = _("Ask for another card, or take cash at the counter.")
_ASK_BANK = _("The bank can say why; the number is on the card. Another card works meanwhile.")
_CHECK_TYPED = _("Ask the guest to type it again slowly, or to use another card.")
_AGAIN = _("Ask the guest to try again in a minute. If it happens again, another card works.")

REFUSED = DeclineText(_("The bank refused the card and gave no reason."), _ANOTHER)
_TYPED = DeclineText(_("The card's number was mistyped."), _CHECK_TYPED)
_EXPIRY = DeclineText(_("The card's date was mistyped, or the card has expired."), _CHECK_TYPED)
_SECURITY_CODE = DeclineText(_("The three or four digits of the security code are wrong."), _CHECK_TYPED)
_PIN = DeclineText(_("The bank wants the card's PIN, which cannot be asked for online."), _ANOTHER)
_LIMIT = DeclineText(
    _("The card has reached a limit: too much or too often."),
    _("Ask for another card; the limit ends by itself."),
)
_NOT_ALLOWED = DeclineText(_("The bank does not allow online payments with this card."), _ASK_BANK)
_BANK_AWAY = DeclineText(_("The bank could not be reached."), _AGAIN)
_CONFIRM = DeclineText(
    _("The guest did not confirm the payment with their bank, or the bank did not accept it."),
    _("Ask the guest to pay again, and to confirm it in the bank's app or with its code."),
)

DECLINES: Mapping[str, DeclineText] = {
    # What the bank says.
    "insufficient_funds": DeclineText(
        _("There is not enough money on the card."),
        _("Say it quietly: the bank did not approve the amount. Another card works."),
    ),
    "expired_card": DeclineText(_("The card has expired."), _ANOTHER),
    "card_velocity_exceeded": _LIMIT,
    "withdrawal_count_limit_exceeded": _LIMIT,
    "approve_with_id": _BANK_AWAY,
    "issuer_not_available": _BANK_AWAY,
    "reenter_transaction": _BANK_AWAY,
    "try_again_later": _BANK_AWAY,
    "processing_error": DeclineText(_("An error happened while the card was processed."), _AGAIN),
    "authentication_required": _CONFIRM,
    "authentication_not_handled": _CONFIRM,
    "mobile_device_authentication_required": _CONFIRM,
    "card_not_supported": _NOT_ALLOWED,
    "service_not_allowed": _NOT_ALLOWED,
    "transaction_not_allowed": _NOT_ALLOWED,
    "not_permitted": _NOT_ALLOWED,
    "currency_not_supported": DeclineText(_("The card does not pay in this currency."), _ANOTHER),
    "invalid_amount": DeclineText(_("The bank does not allow this amount on the card."), _ASK_BANK),
    "duplicate_transaction": DeclineText(
        _("The same amount was paid with this card a moment ago."),
        _("Look for the first payment under “A guest says they paid” before the guest pays again."),
    ),
    "invalid_account": DeclineText(_("The card, or the account behind it, is not valid."), _ASK_BANK),
    "new_account_information_available": DeclineText(
        _("The guest has a newer card for this account."), _ANOTHER
    ),
    "testmode_decline": DeclineText(
        _("This is a test card, and you take real payments."), _("Ask for a real card.")
    ),
    "live_mode_test_card": DeclineText(
        _("This is a test card, and you take real payments."), _("Ask for a real card.")
    ),
    "test_mode_live_card": DeclineText(
        _("This is a real card, and you take test payments only."),
        _("Nothing was taken. Guests can pay with real cards once the owner has saved live keys."),
    ),
    # What was typed.
    "incorrect_number": _TYPED,
    "invalid_number": _TYPED,
    "invalid_expiry_month": _EXPIRY,
    "invalid_expiry_year": _EXPIRY,
    "incorrect_cvc": _SECURITY_CODE,
    "invalid_cvc": _SECURITY_CODE,
    "incorrect_zip": DeclineText(_("The postcode does not fit the card."), _CHECK_TYPED),
    "incorrect_address": DeclineText(_("The address does not fit the card."), _CHECK_TYPED),
    "incorrect_pin": _PIN,
    "invalid_pin": _PIN,
    "offline_pin_required": _PIN,
    "online_or_offline_pin_required": _PIN,
    "pin_try_exceeded": _PIN,
    # Online banking and wallets.
    "payment_method_provider_decline": DeclineText(
        _("The bank or wallet refused the payment."), _("Ask the guest to pay another way.")
    ),
    "payment_method_provider_timeout": DeclineText(_("The bank or wallet did not answer in time."), _AGAIN),
    "payment_method_customer_decline": DeclineText(
        _("The guest canceled the payment at the bank or wallet."), _("The guest can pay again.")
    ),
    # What must not be said, and what the bank does not say.
    "lost_card": REFUSED,
    "stolen_card": REFUSED,
    "pickup_card": REFUSED,
    "fraudulent": REFUSED,
    "merchant_blacklist": REFUSED,
    "restricted_card": REFUSED,
    "security_violation": REFUSED,
    "highest_risk_level": REFUSED,
    "card_declined": REFUSED,
    "generic_decline": REFUSED,
    "call_issuer": DeclineText(_("The bank refused the card and wants the guest to call."), _ASK_BANK),
    "do_not_honor": REFUSED,
    "do_not_try_again": REFUSED,
    "no_action_taken": REFUSED,
    "revocation_of_all_authorizations": REFUSED,
    "revocation_of_authorization": REFUSED,
    "stop_payment_order": REFUSED,
}
"""By the bank's code, or else by the processor's. What is not here is said as REFUSED."""


def decline_text(code: str, decline_code: str) -> DeclineText:
    """The two sentences of a decline. The bank's code says more than the processor's."""
    known = DECLINES.get(decline_code) or DECLINES.get(code)
    if known is None and code.endswith("_authentication_failure"):
        return _CONFIRM
    return known or REFUSED
