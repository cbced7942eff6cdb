"""The dashboard's URLs, below /<tenant>/dashboard/."""

from __future__ import annotations

from django.urls import path

from duitpos.dashboard.views.alerts import act, alerts
from duitpos.dashboard.views.cancel_order import cancel_order
from duitpos.dashboard.views.check_payment import check_payment
from duitpos.dashboard.views.home import home
from duitpos.dashboard.views.menu.groups import (
    add_menu_group,
    delete_menu_group,
    menu_group,
    menu_group_items,
    menu_groups,
)
from duitpos.dashboard.views.menu.photos import menu_photo, remove_menu_photo
from duitpos.dashboard.views.menu.preview import menu_preview
from duitpos.dashboard.views.menu.prices import menu_prices
from duitpos.dashboard.views.menu.printed import menu_print
from duitpos.dashboard.views.menu.samples import menu_samples
from duitpos.dashboard.views.menu.sheets import menu_export, menu_import, menu_import_preview
from duitpos.dashboard.views.order import order
from duitpos.dashboard.views.orders import orders, orders_live, waiting
from duitpos.dashboard.views.payment_types import (
    add_payment_type,
    delete_payment_type,
    payment_type,
    payment_types,
)
from duitpos.dashboard.views.processors import (
    add_processor_to_type,
    check_processor,
    remove_processor,
    save_processors,
)
from duitpos.dashboard.views.refund import refund
from duitpos.dashboard.views.sold_out import answer_call, service, sold_out
from duitpos.dashboard.views.tables import add_table, rotate_table, table_code, tables

app_name = "dashboard"

CHOICES = [
    path("menu/groups/", menu_groups, name="menu_groups"),
    path("menu/groups/add/", add_menu_group, name="menu_add_group"),
    path("menu/groups/<uuid:group_id>/", menu_group, name="menu_group"),
    path("menu/groups/<uuid:group_id>/delete/", delete_menu_group, name="menu_delete_group"),
    path("menu/groups/<uuid:group_id>/dishes/", menu_group_items, name="menu_group_items"),
    path("menu/prices/", menu_prices, name="menu_prices"),
    path("menu/preview/", menu_preview, name="menu_preview"),
    path("menu/print/", menu_print, name="menu_print"),
]
urlpatterns = [
    path("", home, name="home"),
    path("orders/", orders, name="orders"),
    path("orders/live/", orders_live, name="orders_live"),
    path("orders/waiting/", waiting, name="waiting"),
    path("orders/<uuid:order_id>/", order, name="order"),
    path("orders/<uuid:order_id>/cancel/", cancel_order, name="cancel_order"),
    path("orders/<uuid:order_id>/payments/<uuid:payment_id>/check/", check_payment, name="check_payment"),
    path("orders/<uuid:order_id>/payments/<uuid:payment_id>/refund/", refund, name="refund"),
    path("calls/<uuid:call_id>/", answer_call, name="answer_call"),
    path("sold-out/", sold_out, name="sold_out"),
    path("locations/<slug:location>/service/", service, name="service"),
    path("attention/", alerts, name="alerts"),
    path("attention/<uuid:alert_id>/<slug:action>/", act, name="act"),
    path("payment-types/", payment_types, name="payment_types"),
    path("payment-types/add/", add_payment_type, name="add_payment_type"),
    path("payment-types/<uuid:type_id>/", payment_type, name="payment_type"),
    path("payment-types/<uuid:type_id>/delete/", delete_payment_type, name="delete_payment_type"),
    path("payment-types/<uuid:type_id>/processors/", save_processors, name="save_processors"),
    path("payment-types/<uuid:type_id>/processors/add/", add_processor_to_type, name="add_processor"),
    path(
        "payment-types/<uuid:type_id>/processors/<uuid:account_id>/check/",
        check_processor,
        name="check_processor",
    ),
    path(
        "payment-types/<uuid:type_id>/processors/<uuid:account_id>/remove/",
        remove_processor,
        name="remove_processor",
    ),
    *CHOICES,
    path("menu/items/<uuid:item_id>/photo/", menu_photo, name="menu_photo"),
    path("menu/items/<uuid:item_id>/photo/remove/", remove_menu_photo, name="remove_menu_photo"),
    path("menu/import/", menu_import, name="menu_import"),
    path("menu/import/preview/", menu_import_preview, name="menu_import_preview"),
    path("menu/samples/", menu_samples, name="menu_samples"),
    path("menu/menu.<str:kind>", menu_export, name="menu_export"),
    path("tables/", tables, name="tables"),
    path("tables/add/", add_table, name="add_table"),
    path("tables/<uuid:table_id>/code.svg", table_code, name="table_code"),
    path("tables/<uuid:table_id>/new-code/", rotate_table, name="rotate_table"),
]
