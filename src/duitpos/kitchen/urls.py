"""The kitchen's URLs, below /<tenant>/kitchen/."""

from __future__ import annotations

from django.urls import path

from duitpos.kitchen import stock_views, views

app_name = "kitchen"
urlpatterns = [
    path("", views.pick, name="pick"),
    path("<slug:location>/", views.board_page, name="board"),
    path("<slug:location>/live/", views.live, name="live"),
    path("<slug:location>/move/", views.move_order, name="move"),
    path("<slug:location>/not-to-make/", views.not_to_make, name="not_to_make"),
    path("<slug:location>/canceled/", views.take_note_of_canceled, name="canceled"),
    path("<slug:location>/sold-out/", stock_views.sold_out, name="sold_out"),
    path("<slug:location>/take-orders/", stock_views.take_orders, name="take_orders"),
    path("<slug:location>/calls/<uuid:call_id>/", stock_views.answer_call, name="answer_call"),
]
