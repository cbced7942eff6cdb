"""`/v2/core/events`, as the official library reads it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.conftest import Create
from tests.sandbox.receiver import Receiver
from tests.sandbox_process import SandboxProcess
from tests.stripe_contract.conform import object_errors

SECRET = "whsec_of_the_thin_one"


def test_a_thin_notification_is_fetched_in_full(
    sandbox: SandboxProcess, create: Create, client: stripe.StripeClient, hook_process: Receiver
) -> None:
    hook_process.forget()
    sandbox.control("POST", "/endpoints", {"url": hook_process.url, "secret": SECRET, "payload": "thin"})
    session = create()
    client.v1.checkout.sessions.expire(session.id)
    hook_process.wait(1)
    one = hook_process.received[0]
    assert object_errors("v2.core.event", one.event) == []
    note: Any = client.parse_event_notification(one.body, one.signature, SECRET)
    event: Any = note.fetch_event()
    assert (event.id, event.type) == (note.id, "v1.checkout.session.expired")
    assert event.related_object.id == session.id
    assert client.v2.core.events.retrieve(note.id).snapshot_event == one.event["snapshot_event"]


def test_events_are_listed_by_pages_and_filters(create: Create, client: stripe.StripeClient) -> None:
    sessions = [create().id for _ in range(3)]
    for session in sessions:
        client.v1.checkout.sessions.expire(session)
    kind = "v1.checkout.session.expired"
    page = client.v2.core.events.list({"types": [kind], "limit": 2})
    assert [event.related_object.id for event in page.data] == sessions[:0:-1]  # type: ignore[attr-defined]
    assert page.next_page_url is not None
    assert len(list(page.auto_paging_iter())) == 3
    created = page.data[0].created
    later = client.v2.core.events.list({"created": {"gt": created}})
    assert (later.data, later.next_page_url) == ([], None)
    assert len(client.v2.core.events.list({"created": {"lte": created}, "types": [kind]}).data) == 3
    of_one = client.v2.core.events.list({"object_id": sessions[0], "types": [kind, "v1.charge.refunded"]})
    assert [event.type for event in of_one.data] == [kind]


def test_the_page_before_is_named_too(
    sandbox: SandboxProcess, create: Create, client: stripe.StripeClient
) -> None:
    for _ in range(3):
        client.v1.checkout.sessions.expire(create().id)
    with httpx.Client(base_url=sandbox.url, trust_env=False, auth=("sk_test_sandbox", "")) as http:
        first = http.get("/v2/core/events?limit=1").json()
        second = http.get(first["next_page_url"]).json()
        assert http.get(second["previous_page_url"]).json() == first
    assert first["previous_page_url"] is None


@pytest.mark.parametrize(
    "params,param",
    [
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"types": [f"v1.t{n}" for n in range(21)]}, "types"),
        ({"created": {"gte": "yesterday"}}, "created[gte]"),
        ({"created": {"gte": "2026-11-28T00:00:00"}}, "created[gte]"),
        ({"page": "evt_unknown"}, "page"),
        ({"type": "v1.charge.refunded"}, "type"),
    ],
)
def test_a_wrong_list_is_refused(client: stripe.StripeClient, params: Any, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v2.core.events.list(params)
    body: Any = caught.value.json_body
    assert (caught.value.http_status, body["error"]["param"]) == (400, param)


def test_an_unknown_or_old_event_is_not_found(
    sandbox: SandboxProcess, create: Create, client: stripe.StripeClient
) -> None:
    client.v1.checkout.sessions.expire(create().id)
    known = client.v2.core.events.list().data[0].id
    sandbox.control("POST", "/clock", {"advance": 31 * 86400})
    for wrong in (known, "evt_unknown"):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.v2.core.events.retrieve(wrong)
        assert (caught.value.http_status, caught.value.code) == (404, "not_found")
    assert client.v2.core.events.list().data == []
