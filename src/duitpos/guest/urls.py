"""The guest pages' URLs, below the restaurant's slug."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from duitpos.guest.views.call import call
from duitpos.guest.views.checkout import checkout
from duitpos.guest.views.choose import choose
from duitpos.guest.views.menu import menu
from duitpos.guest.views.menu_for_staff import menu_preview, printed_menu
from duitpos.guest.views.mine import mine
from duitpos.guest.views.my_orders import my_orders
from duitpos.guest.views.order import order
from duitpos.guest.views.order_state import order_state
from duitpos.guest.views.pay_cancel import pay_cancel
from duitpos.guest.views.pay_page import pay_code, pay_page
from duitpos.guest.views.pay_return import pay_return
from duitpos.guest.views.phone import phone
from duitpos.guest.views.receipt import receipt
from duitpos.guest.views.restaurant import menu_to_read, restaurant
from duitpos.guest.views.scan import scan
from duitpos.web.language import GUEST


class GuestLanguage(StringConverter):
    """A language that guests' pages have."""

    regex = "|".join(GUEST)


register_converter(GuestLanguage, "guest_language")

app_name = "guest"
urlpatterns = [
    path("", restaurant, name="restaurant"),
    path("locations/<slug:location>/menu/", menu_to_read, name="menu_to_read"),
    path("t/<str:token>/", scan, name="scan"),
    path("t/<str:token>/<guest_language:language>/", menu, name="menu"),
    path("t/<str:token>/checkout/", checkout, name="checkout"),
    path("t/<str:token>/phone.css", phone, name="phone"),
    path("t/<str:token>/mine/", mine, name="mine"),
    path("menu/preview/", menu_preview, name="menu_preview"),
    path("menu/print/", printed_menu, name="printed_menu"),
    path("t/<str:token>/call/", call, name="call"),
    path("t/<str:token>/orders/", my_orders, name="my_orders"),
    path("pay/return/<str:order_token>/", pay_return, name="pay_return"),
    path("pay/cancel/<str:order_token>/", pay_cancel, name="pay_cancel"),
    path("pay/<str:order_token>/", pay_page, name="pay_page"),
    path("pay/<str:order_token>/code.png", pay_code, name="pay_code"),
    path("o/<str:order_token>/", order, name="order"),
    path("o/<str:order_token>/state/", order_state, name="order_state"),
    path("o/<str:order_token>/choose/", choose, name="choose"),
    path("o/<str:order_token>/receipt/", receipt, name="receipt"),
]
