"""Kedai Pay's deliveries: signed, several notices in a body, tried again until they are accepted."""

from __future__ import annotations

import pytest

from tests.processors.example.calls import look, make, refund
from tests.processors.example.process import ExampleServer, Json
from tests.processors.example.receiver import Receiver

pytestmark = pytest.mark.pure


def callback(kedai: ExampleServer, url: str) -> Json:
    reply = kedai.api("POST", "/v2/callbacks", {"url": url})
    assert reply.status_code == 201
    made: Json = reply.json()
    return made


def test_a_notice_holds_the_whole_bill_signed_by_the_merchants_key(
    kedai: ExampleServer, receiver: Receiver
) -> None:
    bill = make(kedai, callback_url=f"{receiver.url}?a=1")["bill"]
    kedai.pay(bill)
    kedai.idle()
    (got,) = receiver.received
    assert got.path == "/hook?a=1"
    assert got.notices == [{"what": "payment", **look(kedai, bill)}]
    assert got.is_signed_by(kedai.public_key())
    assert not got.is_signed_by(kedai.new_key())


def test_every_callback_has_a_key_of_its_own(kedai: ExampleServer, receiver: Receiver) -> None:
    one = callback(kedai, f"{receiver.url}/one")
    two = callback(kedai, f"{receiver.url}/two")
    kedai.pay(make(kedai)["bill"])
    kedai.idle()
    got = {delivery.path: delivery for delivery in receiver.received}
    assert set(got) == {"/hook/one", "/hook/two"}
    assert got["/hook/one"].is_signed_by(one["public_key"])
    assert got["/hook/two"].is_signed_by(two["public_key"])
    assert not got["/hook/one"].is_signed_by(two["public_key"])


def test_callbacks_are_listed_and_removed(kedai: ExampleServer, receiver: Receiver) -> None:
    made = callback(kedai, receiver.url)["id"]
    assert kedai.api("GET", "/v2/callbacks").json() == [{"id": made, "url": receiver.url}]
    assert kedai.api("DELETE", f"/v2/callbacks/{made}").status_code == 200
    assert kedai.api("DELETE", f"/v2/callbacks/{made}").status_code == 404
    assert kedai.api("GET", "/v2/callbacks").json() == []


def test_several_notices_come_in_one_body(kedai: ExampleServer, receiver: Receiver) -> None:
    kedai.deliveries(by_hand=True)
    bills = [make(kedai, callback_url=receiver.url)["bill"] for _ in range(2)]
    kedai.refuse(bills[0])
    kedai.pay(bills[1])
    refund(kedai, f"bills/{bills[1]}", "1.00")
    assert receiver.received == []
    (tried,) = kedai.deliver()
    assert tried["what"] == ["payment", "payment", "refund"]
    (got,) = receiver.received
    assert [notice["bill"] for notice in got.notices] == [bills[0], bills[1], bills[1]]


def test_a_delivery_is_tried_again_until_it_is_accepted(kedai: ExampleServer, receiver: Receiver) -> None:
    receiver.answers = [(500, ""), (200, "ok"), (202, "[accepted]")]
    kedai.pay(make(kedai, callback_url=receiver.url)["bill"])
    kedai.idle(retries=True)
    (delivery,) = kedai.delivered()
    assert delivery["state"] == "accepted"
    answers = [(one["status"], one["answer"]) for one in delivery["tries"]]
    assert answers == [(500, ""), (200, "ok"), (202, "[accepted]"), (200, "[accepted]")]
    assert len({(got.body, got.signature) for got in receiver.received}) == 1


def test_a_delivery_is_given_up_after_five_tries(kedai: ExampleServer, receiver: Receiver) -> None:
    receiver.answers = [(200, "no")] * 9
    kedai.deliveries(retry_after=[30])
    kedai.pay(make(kedai, callback_url=receiver.url)["bill"])
    kedai.idle()
    for _ in range(4):
        assert kedai.delivered()[0]["state"] == "waiting"
        kedai.deliver()
    assert kedai.delivered()[0]["state"] == "given_up"
    assert kedai.deliver() == []
    assert len(receiver.received) == 5


def test_nobody_listens(kedai: ExampleServer, receiver: Receiver) -> None:
    receiver.close()
    kedai.deliveries(retry_after=[30])
    kedai.pay(make(kedai, callback_url=receiver.url)["bill"])
    kedai.idle()
    (tried,) = kedai.delivered()[0]["tries"]
    assert (tried["status"], tried["error"][:22]) == (None, "ConnectionRefusedError")


def test_the_same_bytes_can_come_twice(kedai: ExampleServer, receiver: Receiver) -> None:
    kedai.pay(make(kedai, callback_url=receiver.url)["bill"])
    kedai.idle()
    kedai.deliver_again(kedai.delivered()[0]["id"])
    kedai.idle()
    first, second = receiver.received
    assert (first.body, first.signature) == (second.body, second.signature)


def test_a_ping_is_about_no_bill(kedai: ExampleServer, receiver: Receiver) -> None:
    callback(kedai, receiver.url)
    kedai.ping()
    kedai.idle()
    assert receiver.received[0].notices == [{"what": "ping"}]


def test_notices_and_bodies_of_a_tests_own(kedai: ExampleServer, receiver: Receiver) -> None:
    made = callback(kedai, receiver.url)
    kedai.send(receiver.url, [{"what": "party"}])
    kedai.idle()
    kedai.send(receiver.url, body="not JSON", callback=made["id"])
    kedai.idle()
    first, second = receiver.received
    assert first.notices == [{"what": "party"}]
    assert first.is_signed_by(kedai.public_key())
    assert second.body == b"not JSON"
    assert second.is_signed_by(made["public_key"])
