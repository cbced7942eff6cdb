"""A client for the dashboard's pages and forms, with a person signed in."""

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
class Dashboard:
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
        """A page's HTML, with entities resolved."""
        response = self.get(name, *more, query=query)
        assert response.status_code == 200, response.status_code
        return html.unescape(response.content.decode())

    def post(self, name: str, /, *more: UUID | str, **form: Any) -> Any:
        return self.client.post(self.url(name, *more), form)

    def sent(self, name: str, /, *more: UUID | str, **form: Any) -> list[str]:
        """Send a form that must be accepted. Returns the next page's messages."""
        response: Any = self.client.post(self.url(name, *more), form, follow=True)
        assert response.redirect_chain, said_beside(response)
        return toasts(html.unescape(response.content.decode()))

    def refused(self, name: str, /, *more: UUID | str, **form: Any) -> str:
        """Send a form that must be refused. Returns its error texts."""
        response = self.post(name, *more, **form)
        assert response.status_code == 200, response.status_code
        return said_beside(response)

    def be(self, role: str) -> Membership:
        """Sign in as another member, with this role."""
        member = a_member(self.tenant, role, f"{role}-2@{self.tenant.slug}.example")
        sign_in(self.client, member)
        return member


def toasts(page: str) -> list[str]:
    """The messages on a page."""
    return re.findall(r'<li class="toast [^>]*>.*?<span>(.*?)</span></li>', page)


def said_beside(response: Any) -> str:
    """The error texts on a page."""
    text = html.unescape(response.content.decode())
    return " ".join(re.findall(r'class="(?:error|notice failed)"[^>]*>(.*?)</p>', text, re.S))


def sign_in(client: Client, member: Membership) -> None:
    client.force_login(member.user, "allauth.account.auth_backends.AuthenticationBackend")


def open_desk(client: Client, slug: str = "kopi") -> Dashboard:
    restaurant = a_restaurant(slug)
    sign_in(client, restaurant.owner)
    return Dashboard(restaurant, client)
