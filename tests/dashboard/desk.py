"""Somebody at the dashboard: pages and forms as short calls."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.test import Client
from django.urls import reverse

from duitpos.models import Membership, Tenant
from tests.support.restaurant import Restaurant, a_member, a_restaurant


@dataclass
class Desk:
    """One person's browser."""

    restaurant: Restaurant
    client: Client

    @property
    def tenant(self) -> Tenant:
        return self.restaurant.tenant

    def url(self, name: str, /, *more: UUID | str) -> str:
        return reverse(f"dashboard:{name}", args=[self.tenant.slug, *more])

    def get(self, name: str, /, *more: UUID | str, query: str = "", **extra: Any) -> Any:
        return self.client.get(self.url(name, *more) + query, **extra)

    def page(self, name: str, /, *more: UUID | str, query: str = "") -> str:
        """A page as text, with its entities resolved."""
        response = self.get(name, *more, query=query)
        assert response.status_code == 200, response.status_code
        return html.unescape(response.content.decode())

    def post(self, name: str, /, *more: UUID | str, **form: Any) -> Any:
        return self.client.post(self.url(name, *more), form)

    def sent(self, name: str, /, *more: UUID | str, **form: Any) -> list[str]:
        """A form that is taken: what the next page says was done."""
        response: Any = self.client.post(self.url(name, *more), form, follow=True)
        assert response.redirect_chain, said_beside(response)
        return toasts(html.unescape(response.content.decode()))

    def refused(self, name: str, /, *more: UUID | str, **form: Any) -> str:
        """A form that is not taken: what is said beside its fields."""
        response = self.post(name, *more, **form)
        assert response.status_code == 200, response.status_code
        return said_beside(response)

    def be(self, role: str) -> Membership:
        """Sign in as somebody else who works here."""
        member = a_member(self.tenant, role, f"{role}-2@{self.tenant.slug}.example")
        sign_in(self.client, member)
        return member


def toasts(page: str) -> list[str]:
    """What a page says was done."""
    return re.findall(r'<li class="toast [^>]*>.*?<span>(.*?)</span></li>', page)


def said_beside(response: Any) -> str:
    """The errors on a page."""
    text = html.unescape(response.content.decode())
    return " ".join(re.findall(r'class="(?:error|notice failed)"[^>]*>(.*?)</p>', text, re.S))


def sign_in(client: Client, member: Membership) -> None:
    client.force_login(member.user, "allauth.account.auth_backends.AuthenticationBackend")


def open_desk(client: Client, slug: str = "kopi") -> Desk:
    restaurant = a_restaurant(slug)
    sign_in(client, restaurant.owner)
    return Desk(restaurant, client)
