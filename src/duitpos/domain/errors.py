"""Expected errors as a kind, a code and facts. Entry points write the sentence (web/texts.py)."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """Why a request failed; web/errors.py maps each to an HTTP status."""

    INVALID = "invalid"
    CONFLICT = "conflict"
    GONE = "gone"
    FORBIDDEN = "forbidden"
    UNAVAILABLE = "unavailable"
    TOO_MANY = "too_many"


class Code(StrEnum):
    """What went wrong. web/texts.py has a sentence for each, and lists those that guests can see."""

    # The table's code, the restaurant and the cart.
    RESTAURANT_UNKNOWN = "restaurant_unknown"
    TABLE_CODE_UNKNOWN = "table_code_unknown"
    GUEST_ORDER_UNKNOWN = "guest_order_unknown"
    CART_UNREADABLE = "cart_unreadable"
    CART_TOO_LONG = "cart_too_long"
    NOTE_TOO_LONG = "note_too_long"
    QUANTITY_OUT_OF_RANGE = "quantity_out_of_range"
    FORM_UNREADABLE = "form_unreadable"
    FORM_OF_ANOTHER_SITE = "form_of_another_site"
    # Starting a payment.
    LOCATION_CLOSED = "location_closed"
    ONLINE_PAYMENT_UNAVAILABLE = "online_payment_unavailable"
    NOTHING_TO_PAY = "nothing_to_pay"
    BELOW_MINIMUM = "below_minimum"
    PAYMENT_TYPE_SWITCHED_OFF = "payment_type_switched_off"
    GUEST_EMAIL_MISSING = "guest_email_missing"
    GUEST_EMAIL_MALFORMED = "guest_email_malformed"
    GUEST_NAME_MISSING = "guest_name_missing"
    ANOTHER_CART_PAID = "another_cart_paid"
    PAYMENT_CLOSED = "payment_closed"
    ORDER_CANCELED_MEANWHILE = "order_canceled_meanwhile"
    START_REFUSED = "start_refused"
    PROCESSOR_NO_ANSWER = "processor_no_answer"
    PROCESSOR_FULL = "processor_full"
    PHONE_STARTED_TOO_MANY = "phone_started_too_many"
    TABLE_STARTED_TOO_MANY = "table_started_too_many"
    UNKNOWN_PHONES_STARTED_TOO_MANY = "unknown_phones_started_too_many"
    TABLE_HAS_TOO_MANY_UNPAID = "table_has_too_many_unpaid"
    SOLD_OUT_MEANWHILE = "sold_out_meanwhile"
    CALLED_TOO_OFTEN = "called_too_often"
    NOT_ADOPTED = "not_adopted"
    CHOICE_OVER = "choice_over"
    SWAP_GONE = "swap_gone"
    # Staff pages.
    SIGN_IN_UNAVAILABLE = "sign_in_unavailable"
    NOT_AMONG_YOURS = "not_among_yours"
    ROLE_MAY_NOT = "role_may_not"
    FORM_INCOMPLETE = "form_incomplete"
    LOCATION_UNKNOWN = "location_unknown"
    LOCATION_UNKNOWN_HERE = "location_unknown_here"
    # The kitchen and the menu.
    STEP_UNKNOWN = "step_unknown"
    ORDER_MOVED = "order_moved"
    STOCK_STATUS_UNKNOWN = "stock_status_unknown"
    STOCK_QUANTITY_WRONG = "stock_quantity_wrong"
    ITEM_UNKNOWN = "item_unknown"
    # Modifier groups and bulk price changes.
    GROUP_UNKNOWN = "group_unknown"
    GROUP_CHANGED = "group_changed"
    GROUP_WRONG = "group_wrong"
    GROUP_IN_USE = "group_in_use"
    MODIFIER_UNKNOWN = "modifier_unknown"
    PRICES_UNREADABLE = "prices_unreadable"
    PRICES_TOO_MANY = "prices_too_many"
    HOW_LONG_UNKNOWN = "how_long_unknown"
    PAUSE_CHANGED = "pause_changed"
    CALL_UNKNOWN = "call_unknown"
    # Photos of dishes.
    PHOTO_UNKNOWN = "photo_unknown"
    PHOTO_HEIC = "photo_heic"
    PHOTO_BROKEN = "photo_broken"
    PHOTO_TOO_HEAVY = "photo_too_heavy"
    PHOTO_TOO_LARGE = "photo_too_large"
    PHOTO_TOO_SMALL = "photo_too_small"
    PHOTO_TOO_LONG = "photo_too_long"
    PHOTO_CHANGED = "photo_changed"
    PHOTO_BUSY = "photo_busy"
    PHOTO_NOT_STORED = "photo_not_stored"
    MENU_FILE_REFUSED = "menu_file_refused"
    MENU_FILE_EXPIRED = "menu_file_expired"
    MENU_NOT_EMPTY = "menu_not_empty"
    MENU_CHANGED_MEANWHILE = "menu_changed_meanwhile"
    # The menu editor.
    SECTION_UNKNOWN = "section_unknown"
    ITEM_GROUP_UNKNOWN = "item_group_unknown"
    ITEM_GROUP_TWICE = "item_group_twice"
    ITEM_CHANGED = "item_changed"
    SECTION_CHANGED = "section_changed"
    MENU_ORDER_CHANGED = "menu_order_changed"
    MENU_NAME_EMPTY = "menu_name_empty"
    MENU_TEXT_LONG = "menu_text_long"
    TAX_CLASS_UNKNOWN = "tax_class_unknown"
    SERVED_ON_NO_DAY = "served_on_no_day"
    PRICE_UNREADABLE = "price_unreadable"
    PRICE_NEGATIVE = "price_negative"
    PRICE_TOO_PRECISE = "price_too_precise"
    PRICE_TOO_HIGH = "price_too_high"
    PRICE_OF_ANOTHER_CURRENCY = "price_of_another_currency"
    # Tables.
    TABLE_UNKNOWN = "table_unknown"
    TABLE_NAME_WRONG = "table_name_wrong"
    TABLE_NAME_TAKEN = "table_name_taken"
    TABLE_RANGE_BACKWARDS = "table_range_backwards"
    TOO_MANY_TABLES = "too_many_tables"
    TABLE_CHANGED = "table_changed"
    # Orders and their money.
    ORDER_UNKNOWN = "order_unknown"
    PAYMENT_UNKNOWN = "payment_unknown"
    REASON_MISSING = "reason_missing"
    GUEST_IS_PAYING = "guest_is_paying"
    GUEST_HAS_PAID = "guest_has_paid"
    BANK_IS_PROCESSING = "bank_is_processing"
    CANCEL_UNSURE = "cancel_unsure"
    ORDER_NOT_CANCELABLE = "order_not_cancelable"
    ORDER_NOT_PAYABLE = "order_not_payable"
    ORDER_PAID_MEANWHILE = "order_paid_meanwhile"
    TENDERED_TOO_LITTLE = "tendered_too_little"
    TENDERED_UNREADABLE = "tendered_unreadable"
    TYPE_NOT_AT_COUNTER = "type_not_at_counter"
    TYPE_DELETED = "type_deleted"
    SLIP_TOO_LONG = "slip_too_long"
    CHECK_NOT_ANSWERED = "check_not_answered"
    ASKED_JUST_NOW = "asked_just_now"
    NOTHING_TO_REFUND = "nothing_to_refund"
    MONEY_DISPUTED = "money_disputed"
    DISPUTE_OPEN = "dispute_open"
    DISPUTE_UNKNOWN = "dispute_unknown"
    REFUND_UNDER_WAY = "refund_under_way"
    REFUND_NOT_POSSIBLE = "refund_not_possible"
    REFUND_ONLY_IN_FULL = "refund_only_in_full"
    REFUND_TOO_SMALL = "refund_too_small"
    REFUND_TOO_MUCH = "refund_too_much"
    REFUND_PART_REFUSED = "refund_part_refused"
    REFUND_PART_TOO_SMALL = "refund_part_too_small"
    REFUND_EMPTY = "refund_empty"
    REFUND_NOT_BY_LINES = "refund_not_by_lines"
    REFUND_LINES_GONE = "refund_lines_gone"
    REFUND_FORM_SENT = "refund_form_sent"
    REFUND_LINES_ABOVE = "refund_lines_above"
    REFUND_LINES_SAID = "refund_lines_said"
    REFUND_NOT_YOURS = "refund_not_yours"
    REFUND_ABOVE_LIMIT = "refund_above_limit"
    REFUND_LIMIT_WRONG = "refund_limit_wrong"
    # Day closes.
    DAY_UNKNOWN = "day_unknown"
    DAY_NOT_OVER = "day_not_over"
    DAY_CHANGED = "day_changed"
    JOURNAL_NOT_READY = "journal_not_ready"
    DRAWER_UNREADABLE = "drawer_unreadable"
    DRAWER_NOTE_TOO_LONG = "drawer_note_too_long"
    # Alerts.
    ALERT_UNKNOWN = "alert_unknown"
    POLICY_UNKNOWN = "policy_unknown"
    ALERT_RESOLVED = "alert_resolved"
    ALERT_JUST_RESOLVED = "alert_just_resolved"
    ACTION_NOT_OFFERED = "action_not_offered"
    NO_PAYMENT_TO_REFUND = "no_payment_to_refund"
    NO_ORDER_TO_SERVE = "no_order_to_serve"
    NO_ORDER_TO_PUT_BACK = "no_order_to_put_back"
    NO_ORDER_TO_LINK = "no_order_to_link"
    MONEY_ON_ITS_WAY_BACK = "money_on_its_way_back"
    MONEY_LINKED_ALREADY = "money_linked_already"
    ORDER_IN_KITCHEN = "order_in_kitchen"
    # Payment types and processor accounts.
    TYPE_UNKNOWN = "type_unknown"
    TYPE_KIND_UNKNOWN = "type_kind_unknown"
    TYPE_CODE_WRONG = "type_code_wrong"
    TYPE_NAME_WRONG = "type_name_wrong"
    TYPE_CODE_TAKEN = "type_code_taken"
    TYPE_HAS_PAYMENTS = "type_has_payments"
    TYPE_HAS_HISTORY = "type_has_history"
    TYPE_NEEDS_NO_PROCESSOR = "type_needs_no_processor"
    PROCESSOR_UNKNOWN = "processor_unknown"
    ACCOUNT_UNKNOWN = "account_unknown"
    ACCOUNT_CHANGED = "account_changed"
    WEBHOOK_BUSY = "webhook_busy"
    WEBHOOK_REFUSED = "webhook_refused"
    KEY_OF_ANOTHER_ACCOUNT = "key_of_another_account"
    PASTED_KEY_REFUSED = "pasted_key_refused"
    CREDENTIALS_WRONG = "credentials_wrong"
    ACCOUNT_WITHOUT_KEY = "account_without_key"
    ACCOUNT_KEY_REFUSED = "account_key_refused"
    # Going live.
    SETUP_UNFINISHED = "setup_unfinished"
    LIVE_KEY_MISSING = "live_key_missing"
    TEST_KEY_TO_GO_LIVE = "test_key_to_go_live"
    LIVE_KEY_OF_ANOTHER = "live_key_of_another"
    NO_TEST_ACCOUNT = "no_test_account"
    # People.
    ROLE_UNKNOWN = "role_unknown"
    MEMBER_UNKNOWN = "member_unknown"
    MEMBER_CHANGED = "member_changed"
    MEMBER_ALREADY = "member_already"
    ACCESS_ENDED = "access_ended"
    LAST_OWNER = "last_owner"
    INVITATION_OVER = "invitation_over"
    INVITATION_OF_ANOTHER = "invitation_of_another"
    INVITED_TOO_MANY = "invited_too_many"
    SIGNS_IN_ALREADY = "signs_in_already"
    # Opening a restaurant.
    SIGN_UP_CLOSED = "sign_up_closed"
    SIGN_UP_BY_INVITATION = "sign_up_by_invitation"
    SIGN_UP_LINK_OVER = "sign_up_link_over"
    SIGN_UP_TOO_OFTEN = "sign_up_too_often"
    SLUG_RESERVED = "slug_reserved"
    SLUG_TAKEN = "slug_taken"
    EMAIL_INVALID = "email_invalid"
    PASSWORD_MISSING = "password_missing"
    PASSWORD_WEAK = "password_weak"
    FIELD_INVALID = "field_invalid"
    # Locations.
    LOCATION_SLUG_TAKEN = "location_slug_taken"
    LOCATION_SLUG_WRONG = "location_slug_wrong"
    LOCATION_SLUG_RESERVED = "location_slug_reserved"
    LOCATION_SLUG_ALIKE = "location_slug_alike"
    LOCATION_NAME_EMPTY = "location_name_empty"
    LOCATION_CHANGED = "location_changed"
    HOURS_UNREADABLE = "hours_unreadable"
    HOURS_SAME_TIME = "hours_same_time"
    HOURS_TOO_MANY = "hours_too_many"
    HOURS_OVERLAP = "hours_overlap"
    HOURS_INTO_NEXT_DAY = "hours_into_next_day"
    HOURS_NEVER = "hours_never"
    DAY_ENDS_WHILE_OPEN = "day_ends_while_open"
    SPECIAL_DAY_TWICE = "special_day_twice"
    SPECIAL_DAY_FAR = "special_day_far"
    SPECIAL_DAYS_TOO_MANY = "special_days_too_many"
    CURRENCY_UNKNOWN = "currency_unknown"
    CURRENCY_IN_USE = "currency_in_use"
    TIME_ZONE_UNKNOWN = "time_zone_unknown"


class DomainError(Exception):
    """An expected failure. `facts` are plain values: names, numbers, Money. Its text is for logs only."""

    kind = Kind.INVALID

    def __init__(self, code: Code, /, **facts: object) -> None:
        super().__init__(" ".join([code.value, *(f"{name}={value}" for name, value in facts.items())]))
        self.code = code
        self.facts = facts


class Invalid(DomainError):
    """The request is not valid."""

    kind = Kind.INVALID


class Conflict(DomainError):
    """The current state no longer allows the request, such as after a concurrent change."""

    kind = Kind.CONFLICT


class Gone(DomainError):
    """The object does not exist, or no longer does."""

    kind = Kind.GONE


class Forbidden(DomainError):
    """The member's role does not allow the request, or another site sent it."""

    kind = Kind.FORBIDDEN


class Unavailable(DomainError):
    """An external service is unavailable. Nothing was lost, so retry."""

    kind = Kind.UNAVAILABLE


class TooMany(DomainError):
    """A rate limit refused the request; nothing was started."""

    kind = Kind.TOO_MANY
