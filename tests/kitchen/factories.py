"""A kitchen: one restaurant with its cook signed in."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from duitpos.models import Membership, MenuItem, Order
from tests.support.restaurant import Restaurant, a_member, a_restaurant, an_item


@dataclass
class Kitchen:
    """A restaurant's board, as a test uses it."""

    restaurant: Restaurant
    cook: Membership
    item: MenuItem
    client: Client

    def url(self, name: str, *more: str) -> str:
        return reverse(f"kitchen:{name}", args=[self.restaurant.tenant.slug, *more])

    def board(self, query: str = "") -> str:
        response = self.client.get(self.url("board", "bangsar") + query)
        assert response.status_code == 200
        return response.content.decode()

    def poll(self, etag: str = "") -> HttpResponse:
        headers = {"if-none-match": etag} if etag else {}
        return self.client.get(self.url("live", "bangsar"), headers=headers)  # type: ignore[return-value]

    def press(self, order: Order, to: str, seen: str, **more: str) -> HttpResponse:
        form = {"order": str(order.id), "to": to, "seen": seen, **more}
        return self.client.post(self.url("move", "bangsar"), form)  # type: ignore[return-value]

    def status(self, order: Order) -> str:
        return Order.objects.get(tenant=self.restaurant.tenant, id=order.id).status


def sign_in(client: Client, member: Membership) -> None:
    client.force_login(member.user, "allauth.account.auth_backends.AuthenticationBackend")


def open_kitchen(client: Client) -> Kitchen:
    restaurant = a_restaurant()
    cook = a_member(restaurant.tenant)
    sign_in(client, cook)
    return Kitchen(restaurant, cook, an_item(restaurant.tenant), client)
