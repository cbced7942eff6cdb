"""The pages about people, and the page on which somebody joins."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.test.utils import override_settings

from duitpos.domain.people.invitations import open_invitations
from duitpos.models import Membership, User
from tests.dashboard.client import Dashboard
from tests.support.restaurant import a_member, a_restaurant

NEW = {"name": "Mei Ling", "email": "mei@kopi.example", "password": "kurang-manis-satu"}


def said(response: Any) -> str:
    return unescape(response.content.decode())


def link_on(page: str) -> str:
    found = re.search(r"http://[^\s<\"]+/accounts/join/[^\s<\"]+", page)
    assert found is not None
    return urlsplit(found[0]).path


def test_a_link_is_shown_once_and_a_new_cook_joins_with_it(dashboard: Dashboard) -> None:
    cache.clear()
    page = said(dashboard.post("people", role="kitchen", email=""))
    link = link_on(page)
    assert "It is shown only now" in page
    assert link not in dashboard.page("people")
    assert "Whoever has the link" in dashboard.page("people")
    cook = Client()
    assert "Join Kopi" in said(cook.get(link))
    done = cook.post(link, NEW, follow=True)
    assert done.redirect_chain[-1][0] == "/kopi/kitchen/bangsar/"
    assert "Mei Ling" in dashboard.page("people")
    assert open_invitations(dashboard.tenant) == []
    again = Client().get(link)
    assert again.status_code == 404
    assert "Ask the owner of the restaurant for a new one" in said(again)


def test_an_invitation_by_mail(dashboard: Dashboard) -> None:
    cache.clear()
    assert dashboard.sent("people", role="manager", email="Mei@Kopi.example") == [
        "The invitation was mailed to mei@kopi.example."
    ]
    assert mail.outbox[0].to == ["mei@kopi.example"]
    link = link_on(str(mail.outbox[0].body))
    page = said(Client().get(link))
    assert "You will sign in with mei@kopi.example" in page
    assert 'name="email"' not in page
    Client().post(link, {**NEW, "email": "other@kopi.example"})
    assert Membership.objects.filter(
        tenant=dashboard.tenant, user__email="mei@kopi.example", role="manager"
    ).exists()


def test_where_no_mail_is_sent_the_owner_gets_the_link(dashboard: Dashboard) -> None:
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.console.EmailBackend"):
        page = said(dashboard.post("people", role="cashier", email="mei@kopi.example"))
        assert "sends no mail yet" in page
    assert link_on(page)


def test_a_mail_that_does_not_go_leaves_the_link(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **more: object) -> int:
        raise OSError("no route")

    monkeypatch.setattr("duitpos.dashboard.views.people.send_mail", fail)
    assert link_on(said(dashboard.post("people", role="cashier", email="mei@kopi.example")))


def test_somebody_who_is_signed_in_joins_with_one_press(dashboard: Dashboard) -> None:
    link = link_on(said(dashboard.post("people", role="cashier", email="")))
    other = a_restaurant("teh").owner.user
    client = Client()
    page = said(client.get(link))
    assert f"/accounts/login/?next={link}" in page
    client.force_login(other, "allauth.account.auth_backends.AuthenticationBackend")
    assert f"You are signed in as {other.email}" in said(client.get(link))
    assert client.post(link)["Location"] == "/kopi/dashboard/"
    assert Membership.objects.get(tenant=dashboard.tenant, user=other).role == "cashier"


def test_what_is_wrong_is_beside_its_field_and_the_link_stays_usable(dashboard: Dashboard) -> None:
    cache.clear()
    link = link_on(said(dashboard.post("people", role="kitchen", email="")))
    taken = {**NEW, "email": dashboard.restaurant.owner.user.email}
    assert "signs in here already" in said(Client().post(link, taken))
    assert "at least 10 characters" in said(Client().post(link, {**NEW, "password": "short"}))
    assert "Enter a valid" in said(Client().post(link, {**NEW, "email": "nobody"}))
    assert len(open_invitations(dashboard.tenant)) == 1
    assert not User.objects.filter(email=NEW["email"]).exists()


def test_an_invitation_is_withdrawn(dashboard: Dashboard) -> None:
    link = link_on(said(dashboard.post("people", role="kitchen", email="")))
    (made,) = open_invitations(dashboard.tenant)
    dashboard.sent("withdraw_invitation", made.id)
    assert Client().get(link).status_code == 404
    assert dashboard.post("withdraw_invitation", made.id).status_code == 404


def test_roles_and_access(dashboard: Dashboard) -> None:
    cook = a_member(dashboard.tenant)
    assert dashboard.sent("person", cook.id, role="cashier") == [f"{cook.user} is saved."]
    assert "signed out of this restaurant at once" in dashboard.page("end_access", cook.id)
    assert dashboard.sent("end_access", cook.id) == [f"{cook.user} has no access any more."]
    assert "No access" in dashboard.page("people")
    assert dashboard.sent("give_access", cook.id) == [f"{cook.user} has access again."]
    assert "valid choice" in dashboard.refused("person", cook.id, role="chef")
    cook.refresh_from_db()
    assert (cook.role, cook.is_active) == ("cashier", True)


def test_the_last_owner_reads_why_not(dashboard: Dashboard) -> None:
    owner = dashboard.restaurant.owner
    assert "needs an owner" in dashboard.refused("person", owner.id, role="kitchen")
    assert "needs an owner" in dashboard.refused("end_access", owner.id)
    assert "Leave this restaurant" in dashboard.page("person", owner.id)


def test_only_owners_see_it_and_managers_see_the_changes(dashboard: Dashboard) -> None:
    assert "Changes" in dashboard.page("people")
    dashboard.be("manager")
    assert dashboard.get("people").status_code == 403
    page = dashboard.page("changes")
    assert dashboard.url("people") + '"' not in page
