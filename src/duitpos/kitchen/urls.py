"""The kitchen's URLs, below /<tenant>/kitchen/."""

from __future__ import annotations

from django.urls import path

from duitpos.kitchen import views

app_name = "kitchen"
urlpatterns = [
    path("", views.pick, name="pick"),
    path("<slug:location>/", views.board_page, name="board"),
    path("<slug:location>/live/", views.live, name="live"),
    path("<slug:location>/move/", views.move_order, name="move"),
]
