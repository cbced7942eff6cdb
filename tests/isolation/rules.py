"""Who may request each URL. A URL that is missing here fails a test, so every new one needs a rule.

Written by hand, on purpose: rules derived from the code's own table of rights would repeat its mistakes.
"""

from __future__ import annotations

from dataclasses import dataclass

OWNER, MANAGER, CASHIER, KITCHEN = "owner", "manager", "cashier", "kitchen"
EVERYBODY = frozenset({OWNER, MANAGER, CASHIER, KITCHEN})
OFFICE = frozenset({OWNER, MANAGER})
COUNTER = OFFICE | {CASHIER}


@dataclass(frozen=True)
class Anyone:
    """Open to everyone: shows no restaurant's data, or only to its staff. `signed_in`: others are sent to sign in."""

    signed_in: bool = False


@dataclass(frozen=True)
class Published:
    """Open to everyone: what the restaurant in the URL tells everybody, and nothing of another one."""


@dataclass(frozen=True)
class HolderOf:
    """Open to everyone with the unguessable token in the URL parameter `part`."""

    part: str


@dataclass(frozen=True)
class Processor:
    """Open to requests with a valid signature."""


@dataclass(frozen=True)
class Staff:
    """Open to these roles of this restaurant. `form` maps POST fields that name rows to keys of `TenantRows.values`."""

    roles: frozenset[str]
    form: tuple[tuple[str, str], ...] = ()


Rule = Anyone | Published | HolderOf | Processor | Staff

RULES: dict[str, Rule] = {
    "": Anyone(),
    "healthz": Anyone(),
    "readyz": Anyone(),
    "media/<str:folder>/<str:file>": Anyone(),
    "accounts/": Anyone(),
    "accounts/login/": Anyone(),
    "accounts/logout/": Anyone(),
    "accounts/inactive/": Anyone(),
    "accounts/password/reset/": Anyone(),
    "accounts/password/reset/done/": Anyone(),
    "accounts/password/reset/key/done/": Anyone(),
    "accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/": Anyone(),
    "accounts/password/change/": Anyone(signed_in=True),
    "accounts/confirm/": Anyone(signed_in=True),
    "accounts/security/": Anyone(signed_in=True),
    "accounts/security/sign-in/": Anyone(),
    "accounts/security/confirm/": Anyone(signed_in=True),
    "accounts/security/app/": Anyone(signed_in=True),
    "accounts/security/app/off/": Anyone(signed_in=True),
    "accounts/security/codes/": Anyone(signed_in=True),
    "accounts/security/codes/new/": Anyone(signed_in=True),
    "accounts/security/codes.txt": Anyone(signed_in=True),
    "accounts/security/passkeys/": Anyone(signed_in=True),
    "accounts/security/passkeys/add/": Anyone(signed_in=True),
    "accounts/security/passkeys/confirm/": Anyone(signed_in=True),
    "accounts/security/passkeys/sign-in/": Anyone(),
    "accounts/security/passkeys/<int:pk>/": Anyone(signed_in=True),
    "accounts/security/passkeys/<int:pk>/remove/": Anyone(signed_in=True),
    "accounts/devices/": Anyone(signed_in=True),
    "accounts/join/<slug:tenant>/<str:invitation>/": HolderOf("invitation"),
    "accounts/sign-up/": Anyone(),
    "accounts/sign-up/sent/": Anyone(),
    "accounts/open/": Anyone(),
    "accounts/open/<str:token>/": Anyone(),
    "accounts/restaurants/": Anyone(signed_in=True),
    "<slug:tenant>/": Published(),
    "<slug:tenant>/locations/<slug:location>/menu/": Published(),
    "<slug:tenant>/t/<str:token>/": HolderOf("token"),
    "<slug:tenant>/t/<str:token>/<guest_language:language>/": HolderOf("token"),
    "<slug:tenant>/t/<str:token>/checkout/": HolderOf("token"),
    "<slug:tenant>/t/<str:token>/mine/": HolderOf("token"),
    "<slug:tenant>/t/<str:token>/call/": HolderOf("token"),
    "<slug:tenant>/t/<str:token>/orders/": HolderOf("token"),
    "<slug:tenant>/t/<str:token>/phone.css": HolderOf("token"),
    "<slug:tenant>/pay/return/<str:order_token>/": HolderOf("order_token"),
    "<slug:tenant>/pay/cancel/<str:order_token>/": HolderOf("order_token"),
    "<slug:tenant>/pay/<str:order_token>/": HolderOf("order_token"),
    "<slug:tenant>/pay/<str:order_token>/code.png": HolderOf("order_token"),
    "<slug:tenant>/o/<str:order_token>/": HolderOf("order_token"),
    "<slug:tenant>/o/<str:order_token>/state/": HolderOf("order_token"),
    "<slug:tenant>/o/<str:order_token>/choose/": HolderOf("order_token"),
    "<slug:tenant>/o/<str:order_token>/receipt/": HolderOf("order_token"),
    "<slug:tenant>/webhooks/<slug:processor>/": Processor(),
    "<slug:tenant>/webhooks/<slug:processor>": Processor(),
    "<slug:tenant>/webhooks/<slug:processor>/<uuid:account_id>/": Processor(),
    "<slug:tenant>/webhooks/<slug:processor>/<uuid:account_id>": Processor(),
    "<slug:tenant>/kitchen/": Staff(EVERYBODY),
    "<slug:tenant>/kitchen/<slug:location>/": Staff(EVERYBODY),
    "<slug:tenant>/kitchen/<slug:location>/live/": Staff(EVERYBODY),
    "<slug:tenant>/kitchen/<slug:location>/move/": Staff(EVERYBODY, (("order", "order_id"), ("to", "to"))),
    "<slug:tenant>/kitchen/<slug:location>/not-to-make/": Staff(EVERYBODY, (("line", "refund_line_id"),)),
    "<slug:tenant>/kitchen/<slug:location>/canceled/": Staff(EVERYBODY, (("order", "order_id"),)),
    "<slug:tenant>/kitchen/<slug:location>/sold-out/": Staff(
        EVERYBODY, (("kind", "stock_kind"), ("id", "item_id"), ("do", "stock_do"))
    ),
    "<slug:tenant>/kitchen/<slug:location>/take-orders/": Staff(EVERYBODY),
    "<slug:tenant>/kitchen/<slug:location>/calls/<uuid:call_id>/": Staff(EVERYBODY),
    "<slug:tenant>/dashboard/": Staff(EVERYBODY),
    "<slug:tenant>/dashboard/keep/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/sold-out/": Staff(
        EVERYBODY, (("kind", "stock_kind"), ("id", "item_id"), ("do", "stock_do"))
    ),
    "<slug:tenant>/dashboard/calls/<uuid:call_id>/": Staff(EVERYBODY),
    "<slug:tenant>/dashboard/locations/": Staff(OFFICE),
    "<slug:tenant>/dashboard/locations/add/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/locations/<slug:location>/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/locations/<slug:location>/hours/": Staff(OFFICE),
    "<slug:tenant>/dashboard/locations/<slug:location>/close/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/locations/<slug:location>/reopen/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/locations/<slug:location>/service/": Staff(OFFICE),
    "<slug:tenant>/dashboard/orders/": Staff(COUNTER),
    "<slug:tenant>/dashboard/orders/live/": Staff(COUNTER),
    "<slug:tenant>/dashboard/orders/waiting/": Staff(COUNTER),
    "<slug:tenant>/dashboard/orders/<uuid:order_id>/": Staff(COUNTER),
    "<slug:tenant>/dashboard/orders/<uuid:order_id>/pay/": Staff(COUNTER),
    "<slug:tenant>/dashboard/orders/<uuid:order_id>/cancel/": Staff(OFFICE),
    "<slug:tenant>/dashboard/orders/<uuid:order_id>/payments/<uuid:payment_id>/check/": Staff(COUNTER),
    "<slug:tenant>/dashboard/orders/<uuid:order_id>/payments/<uuid:payment_id>/refund/": Staff(OFFICE),
    "<slug:tenant>/dashboard/orders/<uuid:order_id>/payments/<uuid:payment_id>/refund/part/": Staff(OFFICE),
    "<slug:tenant>/dashboard/orders/<uuid:order_id>/refunds/<uuid:refund_id>/lines/": Staff(OFFICE),
    "<slug:tenant>/dashboard/payments/<uuid:payment_id>/": Staff(COUNTER),
    "<slug:tenant>/dashboard/attention/": Staff(OFFICE),
    "<slug:tenant>/dashboard/attention/rules/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/attention/<uuid:alert_id>/<slug:action>/": Staff(OFFICE),
    "<slug:tenant>/dashboard/payment-issues/": Staff(COUNTER),
    "<slug:tenant>/dashboard/payment-issues/count/": Staff(COUNTER),
    "<slug:tenant>/dashboard/payment-issues/declines/": Staff(COUNTER),
    "<slug:tenant>/dashboard/payment-issues/find/": Staff(COUNTER),
    "<slug:tenant>/dashboard/payment-issues/disputes/": Staff(OFFICE),
    "<slug:tenant>/dashboard/payment-issues/disputes/<uuid:dispute_id>/": Staff(OFFICE),
    "<slug:tenant>/dashboard/payment-issues/disputes/<uuid:dispute_id>/evidence.pdf": Staff(OFFICE),
    "<slug:tenant>/dashboard/reports/": Staff(OFFICE),
    "<slug:tenant>/dashboard/reports/funnel/": Staff(OFFICE),
    "<slug:tenant>/dashboard/reports/receipts/": Staff(OFFICE),
    "<slug:tenant>/dashboard/reports/receipts.csv": Staff(OFFICE),
    "<slug:tenant>/dashboard/reports/days/": Staff(OFFICE),
    "<slug:tenant>/dashboard/reports/days/<slug:location>/mail/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/reports/days/<slug:location>/<str:day>/": Staff(OFFICE),
    "<slug:tenant>/dashboard/reports/days/<slug:location>/<str:day>.pdf": Staff(OFFICE),
    "<slug:tenant>/dashboard/reports/journal/": Staff(OFFICE),
    "<slug:tenant>/dashboard/reports/journal/<slug:kind>.csv": Staff(OFFICE),
    "<slug:tenant>/dashboard/reports/revenue.<str:kind>": Staff(OFFICE),
    "<slug:tenant>/dashboard/payment-types/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/people/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/people/<uuid:member_id>/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/people/<uuid:member_id>/end/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/people/<uuid:member_id>/give/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/people/invitations/<uuid:invitation_id>/withdraw/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/people/changes/": Staff(OFFICE),
    "<slug:tenant>/dashboard/people/changes.csv": Staff(OFFICE),
    "<slug:tenant>/dashboard/refund-limits/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/payment-types/add/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/payment-types/<uuid:type_id>/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/payment-types/<uuid:type_id>/move/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/payment-types/<uuid:type_id>/delete/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/payment-types/<uuid:type_id>/processors/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/payment-types/<uuid:type_id>/processors/add/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/payment-types/<uuid:type_id>/processors/<uuid:account_id>/": Staff(
        frozenset({OWNER})
    ),
    "<slug:tenant>/dashboard/payment-types/<uuid:type_id>/processors/<uuid:account_id>/check/": Staff(
        frozenset({OWNER})
    ),
    "<slug:tenant>/dashboard/payment-types/<uuid:type_id>/processors/<uuid:account_id>/remove/": Staff(
        frozenset({OWNER})
    ),
    "<slug:tenant>/dashboard/payment-types/<uuid:type_id>/processors/<uuid:account_id>/webhook/": Staff(
        frozenset({OWNER})
    ),
    "<slug:tenant>/dashboard/payment-types/<uuid:type_id>/processors/<uuid:account_id>/webhook/<slug:action>/": Staff(
        frozenset({OWNER})
    ),
    "<slug:tenant>/dashboard/payment-types/<uuid:type_id>/processors/<uuid:account_id>/use/": Staff(
        frozenset({OWNER})
    ),
    "<slug:tenant>/dashboard/payment-types/<uuid:type_id>/processors/<uuid:account_id>/retire/": Staff(
        frozenset({OWNER})
    ),
    "<slug:tenant>/dashboard/get-paid/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/get-paid/live/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/get-paid/key/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/get-paid/type/": Staff(frozenset({OWNER}), (("type", "type_id"),)),
    "<slug:tenant>/dashboard/get-paid/webhook/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/get-paid/refund/<uuid:payment_id>/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/get-paid/go-live/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/get-paid/go-live/back/": Staff(frozenset({OWNER})),
    "<slug:tenant>/dashboard/menu/groups/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/groups/add/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/groups/<uuid:group_id>/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/groups/<uuid:group_id>/delete/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/groups/<uuid:group_id>/dishes/": Staff(OFFICE, (("item", "item_id"),)),
    "<slug:tenant>/dashboard/menu/prices/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/preview/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/print/": Staff(OFFICE),
    "<slug:tenant>/menu/preview/": Staff(OFFICE),
    "<slug:tenant>/menu/print/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/items/<uuid:item_id>/photo/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/items/<uuid:item_id>/photo/remove/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/import/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/import/preview/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/samples/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/menu.<str:kind>": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/sections/add/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/sections/order/": Staff(OFFICE, (("ids", "section_id"),)),
    "<slug:tenant>/dashboard/menu/sections/<uuid:section_id>/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/sections/<uuid:section_id>/add/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/sections/<uuid:section_id>/order/": Staff(
        OFFICE, (("ids", "item_id"), ("moved", "item_id"))
    ),
    "<slug:tenant>/dashboard/menu/sections/<uuid:section_id>/move/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/sections/<uuid:section_id>/archive/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/sections/<uuid:section_id>/restore/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/sections/<uuid:section_id>/duplicate/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/items/<uuid:item_id>/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/items/<uuid:item_id>/move/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/items/<uuid:item_id>/archive/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/items/<uuid:item_id>/restore/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/items/<uuid:item_id>/duplicate/": Staff(OFFICE),
    "<slug:tenant>/dashboard/menu/items/<uuid:item_id>/stock/<slug:location>/": Staff(OFFICE),
    "<slug:tenant>/dashboard/tables/": Staff(OFFICE),
    "<slug:tenant>/dashboard/tables/codes/": Staff(OFFICE),
    "<slug:tenant>/dashboard/tables/codes.pdf": Staff(OFFICE),
    "<slug:tenant>/dashboard/tables/codes.zip": Staff(OFFICE),
    "<slug:tenant>/dashboard/tables/add/": Staff(OFFICE),
    "<slug:tenant>/dashboard/tables/<uuid:table_id>/": Staff(OFFICE),
    "<slug:tenant>/dashboard/tables/<uuid:table_id>/archive/": Staff(OFFICE),
    "<slug:tenant>/dashboard/tables/new-codes/<slug:location>/": Staff(OFFICE),
    "<slug:tenant>/dashboard/tables/<uuid:table_id>/code.svg": Staff(OFFICE),
    "<slug:tenant>/dashboard/tables/<uuid:table_id>/new-code/": Staff(OFFICE),
}

TENANT_PARAMETERS = frozenset(
    "order_id payment_id refund_id dispute_id alert_id type_id account_id table_id location token order_token"
    " section_id item_id group_id modifier_id call_id member_id invitation_id invitation".split()
)
"""URL parameters that name a row of one restaurant."""
OTHER_PARAMETERS = frozenset("tenant action processor uidb36 key pk language folder file kind day".split())
