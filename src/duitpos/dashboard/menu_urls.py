"""The menu's URLs, below /<tenant>/dashboard/menu/."""

from __future__ import annotations

from django.urls import path

from duitpos.dashboard.views.menu.groups import (
    add_menu_group,
    delete_menu_group,
    menu_group,
    menu_group_items,
    menu_groups,
)
from duitpos.dashboard.views.menu.items import (
    archive_menu_item,
    duplicate_menu_item,
    menu_item,
    menu_item_stock,
    restore_menu_item,
)
from duitpos.dashboard.views.menu.listing import add_menu_item, add_menu_section, menu
from duitpos.dashboard.views.menu.order import (
    move_menu_item,
    move_menu_section,
    order_menu_items,
    order_menu_sections,
)
from duitpos.dashboard.views.menu.photos import menu_photo, remove_menu_photo
from duitpos.dashboard.views.menu.preview import menu_preview
from duitpos.dashboard.views.menu.prices import menu_prices
from duitpos.dashboard.views.menu.printed import menu_print
from duitpos.dashboard.views.menu.samples import menu_samples
from duitpos.dashboard.views.menu.sections import (
    archive_menu_section,
    duplicate_menu_section,
    menu_section,
    restore_menu_section,
)
from duitpos.dashboard.views.menu.sheets import menu_export, menu_import, menu_import_preview

urlpatterns = [
    path("groups/", menu_groups, name="menu_groups"),
    path("groups/add/", add_menu_group, name="menu_add_group"),
    path("groups/<uuid:group_id>/", menu_group, name="menu_group"),
    path("groups/<uuid:group_id>/delete/", delete_menu_group, name="menu_delete_group"),
    path("groups/<uuid:group_id>/dishes/", menu_group_items, name="menu_group_items"),
    path("prices/", menu_prices, name="menu_prices"),
    path("preview/", menu_preview, name="menu_preview"),
    path("print/", menu_print, name="menu_print"),
    path("", menu, name="menu"),
    path("sections/add/", add_menu_section, name="menu_add_section"),
    path("sections/order/", order_menu_sections, name="menu_order_sections"),
    path("sections/<uuid:section_id>/", menu_section, name="menu_section"),
    path("sections/<uuid:section_id>/add/", add_menu_item, name="menu_add_item"),
    path("sections/<uuid:section_id>/order/", order_menu_items, name="menu_order_items"),
    path("sections/<uuid:section_id>/move/", move_menu_section, name="menu_move_section"),
    path("sections/<uuid:section_id>/archive/", archive_menu_section, name="menu_archive_section"),
    path("sections/<uuid:section_id>/restore/", restore_menu_section, name="menu_restore_section"),
    path("sections/<uuid:section_id>/duplicate/", duplicate_menu_section, name="menu_duplicate_section"),
    path("items/<uuid:item_id>/", menu_item, name="menu_item"),
    path("items/<uuid:item_id>/move/", move_menu_item, name="menu_move_item"),
    path("items/<uuid:item_id>/archive/", archive_menu_item, name="menu_archive_item"),
    path("items/<uuid:item_id>/restore/", restore_menu_item, name="menu_restore_item"),
    path("items/<uuid:item_id>/duplicate/", duplicate_menu_item, name="menu_duplicate_item"),
    path("items/<uuid:item_id>/stock/<slug:location>/", menu_item_stock, name="menu_item_stock"),
    path("items/<uuid:item_id>/photo/", menu_photo, name="menu_photo"),
    path("items/<uuid:item_id>/photo/remove/", remove_menu_photo, name="remove_menu_photo"),
    path("import/", menu_import, name="menu_import"),
    path("import/preview/", menu_import_preview, name="menu_import_preview"),
    path("samples/", menu_samples, name="menu_samples"),
    path("menu.<str:kind>", menu_export, name="menu_export"),
]
