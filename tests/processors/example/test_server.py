"""Kedai Pay's API does what README.md says."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.processors.example.calls import bill_facts, look, make, refund, refunded
from tests.processors.example.process import ExampleServer, Json
from tests.processors.example.server.state import First
from tests.processors.example.server.web import KedaiPay
from tests.sandbox_process import ROOT, ControlRefused

pytestmark = pytest.mark.pure


# -- who calls ---------------------------------------------------------------------------------------------------


def test_the_merchant_has_no_id_and_no_mode(kedai: ExampleServer) -> None:
    answer = kedai.api("GET", "/v2/merchant").json()
    assert answer == {"name": "Kedai Kopi Ujian", "country": "MY", "currency": "MYR"}


@pytest.mark.parametrize(
    "wrong", [{"X-Merchant": "KP9"}, {"Authorization": "Bearer x"}, {"Authorization": ""}]
)
def test_a_wrong_pair_of_credentials_is_refused(kedai: ExampleServer, wrong: dict[str, str]) -> None:
    right = {"X-Merchant": kedai.merchant_code, "Authorization": f"Bearer {kedai.password}"}
    reply = httpx.get(f"{kedai.url}/v2/merchant", headers={**right, **wrong}, trust_env=False)
    assert (reply.status_code, reply.json()) == (401, {"error": "UNAUTHORIZED"})


def test_a_merchant_does_not_see_another_merchants_bills(kedai: ExampleServer) -> None:
    bill = make(kedai)["bill"]
    kedai.merchant("KP2000", password="other")
    other = {"X-Merchant": "KP2000", "Authorization": "Bearer other"}
    reply = httpx.get(f"{kedai.url}/v2/bills/{bill}", headers=other, trust_env=False)
    assert reply.status_code == 404


# -- bills -------------------------------------------------------------------------------------------------------


def test_a_bill_is_made_by_form(kedai: ExampleServer) -> None:
    made = make(kedai)
    assert set(made) == {"bill", "post_to", "fields", "test", "created"}
    assert made["post_to"] == f"{kedai.url}/pay"
    assert set(made["fields"]) == {"bill", "token"}
    assert made["test"] is True
    assert made["created"].endswith("+08:00")
    assert look(kedai, made["bill"]) == {
        "bill": made["bill"],
        "reference": "order-1",
        "state": "due",
        "amount": "31.85",
        "currency": "MYR",
        "test": True,
        "payments": [],
        "payer_email": "guest@example.com",
        "refundable": "any",
        "post_to": made["post_to"],
        "fields": made["fields"],
    }


def test_the_same_call_makes_two_bills_which_the_reference_finds(kedai: ExampleServer) -> None:
    bills = [make(kedai)["bill"] for _ in range(2)]
    make(kedai, reference="order-2")
    found = kedai.api("GET", "/v2/bills", reference="order-1").json()["bills"]
    assert [bill["bill"] for bill in found] == bills
    assert kedai.api("GET", "/v2/bills", reference="order-9").json() == {"bills": []}


def test_looking_up_by_reference_can_be_switched_off(kedai: ExampleServer) -> None:
    kedai.merchant(finds_bills=False)
    assert kedai.api("GET", "/v2/bills", reference="order-1").status_code == 404


def test_a_second_bill_for_a_reference_can_be_refused(kedai: ExampleServer) -> None:
    kedai.merchant(refuses_duplicates=True)
    make(kedai)
    reply = kedai.api("POST", "/v2/bills", bill_facts())
    assert (reply.status_code, reply.json()) == (409, {"error": "DUPLICATE_REFERENCE"})


@pytest.mark.parametrize(
    "changes, error",
    [
        ({"payer": {"name": "Aminah"}}, "EMAIL_REQUIRED"),
        ({"payer": {"email": "nobody"}}, "EMAIL_INVALID"),
        ({"amount": "0.99"}, "AMOUNT_TOO_SMALL"),
        ({"amount": 31.85}, "AMOUNT_INVALID"),
        ({"amount": "31.8"}, "AMOUNT_INVALID"),
        ({"currency": "SGD"}, "CURRENCY_NOT_TAKEN"),
        ({"reference": "x" * 41}, "REFERENCE_INVALID"),
        ({"description": ""}, "DESCRIPTION_INVALID"),
        ({"return_url": "/back"}, "URL_INVALID"),
        ({"lines": [{"name": "Teh"}] * 21}, "LINES_INVALID"),
        ({"lines": [{"name": "x" * 61}]}, "NAME_INVALID"),
        ({"expires_at": 1}, "FIELD_UNKNOWN"),
    ],
)
def test_a_bill_with_a_wrong_fact_is_refused(kedai: ExampleServer, changes: Json, error: str) -> None:
    reply = kedai.api("POST", "/v2/bills", bill_facts(**changes))
    assert (reply.status_code, reply.json()) == (422, {"error": error})
    assert kedai.bills() == []


def test_a_merchant_that_is_not_activated_makes_no_bills(kedai: ExampleServer) -> None:
    kedai.merchant(is_active=False)
    reply = kedai.api("POST", "/v2/bills", bill_facts())
    assert (reply.status_code, reply.json()) == (422, {"error": "MERCHANT_INACTIVE"})


@pytest.mark.parametrize("method, path", [("DELETE", ""), ("POST", "/cancel"), ("POST", "/expire")])
def test_a_bill_cannot_be_cancelled(kedai: ExampleServer, method: str, path: str) -> None:
    bill = make(kedai)["bill"]
    assert kedai.api(method, f"/v2/bills/{bill}{path}").status_code == 404
    assert look(kedai, bill)["state"] == "due"


def test_an_unknown_bill_is_not_found(kedai: ExampleServer) -> None:
    reply = kedai.api("GET", "/v2/bills/B-NONE")
    assert (reply.status_code, reply.json()) == (404, {"error": "NOT_FOUND"})


def test_new_bills_are_live_after_the_switch(kedai: ExampleServer) -> None:
    test = make(kedai)["bill"]
    kedai.go_live()
    assert make(kedai)["test"] is False
    assert look(kedai, test)["test"] is True


# -- what happens to a bill --------------------------------------------------------------------------------------


def test_a_bill_is_paid_with_a_fee(kedai: ExampleServer) -> None:
    bill = make(kedai)["bill"]
    kedai.pay(bill, method="ewallet", by="Dompet")
    now = look(kedai, bill)
    payment = now["payments"][0]
    assert now["state"] == "paid"
    assert payment["id"].startswith("PM-")
    assert payment["at"].endswith("+08:00")
    facts = {name: payment[name] for name in ("amount", "state", "method", "bank", "fee", "message")}
    assert facts == {
        "amount": "31.85",
        "state": "paid",
        "method": "ewallet",
        "bank": "Dompet",
        "fee": "0.60",
        "message": "",
    }


def test_a_paid_bill_can_be_paid_again(kedai: ExampleServer) -> None:
    bill = make(kedai)["bill"]
    kedai.pay(bill)
    with pytest.raises(ControlRefused, match="BILL_IS_PAID"):
        kedai.pay(bill)
    kedai.pay(bill, again=True)
    assert [payment["state"] for payment in look(kedai, bill)["payments"]] == ["paid", "paid"]


def test_a_refused_bill_stays_payable(kedai: ExampleServer) -> None:
    bill = make(kedai)["bill"]
    kedai.refuse(bill, message="Not enough money")
    now = look(kedai, bill)
    assert (now["state"], now["payments"][0]["state"]) == ("due", "refused")
    assert now["payments"][0]["message"] == "Not enough money"
    kedai.pay(bill)
    assert look(kedai, bill)["state"] == "paid"


@pytest.mark.parametrize("first, state", [("hold", "held"), ("bank_later", "waiting_bank")])
@pytest.mark.parametrize("then, end", [("bank_pays", "paid"), ("bank_fails", "failed")])
def test_a_bank_decides_later(kedai: ExampleServer, first: str, state: str, then: str, end: str) -> None:
    bill = make(kedai)["bill"]
    getattr(kedai, first)(bill)
    assert (look(kedai, bill)["state"], look(kedai, bill)["payments"]) == (state, [])
    getattr(kedai, then)(bill)
    assert look(kedai, bill)["state"] == end


# -- refunds -----------------------------------------------------------------------------------------------------


def test_the_same_refund_twice_gives_money_back_twice(kedai: ExampleServer) -> None:
    bill = make(kedai)["bill"]
    kedai.pay(bill)
    for _ in range(2):
        status, made = refund(kedai, f"bills/{bill}", "12.50")
        assert (status, made["state"], made["amount"]) == (201, "done", "12.50")
        assert made["id"].startswith("RF-")
    assert refunded(kedai, f"bills/{bill}") == "25.00"
    assert refund(kedai, f"bills/{bill}", "6.86") == (422, {"error": "AMOUNT_TOO_LARGE"})


def test_a_refund_of_a_bill_is_for_its_first_payment(kedai: ExampleServer) -> None:
    bill = make(kedai)["bill"]
    kedai.pay(bill)
    kedai.pay(bill, again=True)
    second = look(kedai, bill)["payments"][1]["id"]
    refund(kedai, f"bills/{bill}", "31.85")
    assert refunded(kedai, f"payments/{second}") == "0.00"
    assert refund(kedai, f"bills/{bill}", "1.00") == (422, {"error": "AMOUNT_TOO_LARGE"})
    assert refund(kedai, f"payments/{second}", "10.00")[0] == 201
    assert refunded(kedai, f"payments/{second}") == "10.00"
    assert refunded(kedai, f"bills/{bill}") == "31.85"


def test_what_cannot_be_refunded(kedai: ExampleServer) -> None:
    bill = make(kedai)["bill"]
    assert refund(kedai, f"bills/{bill}", "1.00") == (422, {"error": "NOT_PAID"})
    assert refunded(kedai, f"bills/{bill}") == "0.00"
    kedai.pay(bill)
    kedai.set_refundable(bill, "full")
    assert refund(kedai, f"bills/{bill}", "1.00") == (422, {"error": "ONLY_FULL"})
    kedai.set_refundable(bill, "none")
    assert refund(kedai, f"bills/{bill}", "31.85") == (422, {"error": "NOT_REFUNDABLE"})
    kedai.merchant(may_refund=False)
    assert refund(kedai, f"bills/{bill}", "31.85") == (403, {"error": "NOT_ALLOWED"})


def test_a_queued_refund_that_fails_leaves_the_total(kedai: ExampleServer) -> None:
    kedai.merchant(queues_refunds=True)
    bill = make(kedai)["bill"]
    kedai.pay(bill)
    _, made = refund(kedai, f"bills/{bill}", "10.00")
    assert made["state"] == "queued"
    assert refunded(kedai, f"bills/{bill}") == "10.00"
    kedai.settle_refund(made["id"], succeeds=False)
    assert refunded(kedai, f"bills/{bill}") == "0.00"


def test_a_refund_from_outside_counts(kedai: ExampleServer) -> None:
    bill = make(kedai)["bill"]
    kedai.pay(bill)
    kedai.refund_externally(bill, "5.00")
    assert refunded(kedai, f"bills/{bill}") == "5.00"
    assert [refund["by"] for refund in kedai.bill(bill)["refunds"]] == ["outside"]


# -- faults and the log ------------------------------------------------------------------------------------------


def test_a_dropped_answer_has_taken_effect(kedai: ExampleServer) -> None:
    kedai.fault("drop", "/v2/bills", method="POST", times=2)
    for _ in range(2):
        with pytest.raises(httpx.RemoteProtocolError):
            kedai.api("POST", "/v2/bills", bill_facts())
    make(kedai)
    assert len(kedai.bills()) == 3
    assert [entry["fault"] for entry in kedai.requests()] == ["drop", "drop", ""]


def test_a_late_answer_has_taken_effect(kedai: ExampleServer) -> None:
    kedai.fault("hang", seconds=20)
    with httpx.Client(base_url=kedai.url, trust_env=False, timeout=0.3) as client:
        headers = {"X-Merchant": kedai.merchant_code, "Authorization": f"Bearer {kedai.password}"}
        with pytest.raises(httpx.ReadTimeout):
            client.post("/v2/bills", json=bill_facts(), headers=headers)
    assert len(kedai.bills()) == 1


@pytest.mark.parametrize("status, takes_effect, bills", [(500, False, 0), (429, False, 0), (503, True, 1)])
def test_an_error_status(kedai: ExampleServer, status: int, takes_effect: bool, bills: int) -> None:
    kedai.fault("status", "/v2/*", status=status, takes_effect=takes_effect)
    assert kedai.api("POST", "/v2/bills", bill_facts()).status_code == status
    assert len(kedai.bills()) == bills
    assert kedai.faults_left() == 0


def test_a_fault_waits_for_its_path(kedai: ExampleServer) -> None:
    kedai.fault("status", "/v2/bills/*/refunds")
    bill = make(kedai)["bill"]
    assert look(kedai, bill)["state"] == "due"
    assert kedai.faults_left() == 1
    kedai.no_faults()
    assert kedai.faults_left() == 0


def test_the_log_has_bodies_and_statuses_and_no_password(kedai: ExampleServer) -> None:
    make(kedai)
    entry = kedai.requests()[0]
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", "/v2/bills", 201)
    assert entry["body"] == bill_facts()
    assert kedai.password not in str(kedai.requests())


def test_a_control_call_of_another_form_is_refused(kedai: ExampleServer) -> None:
    with pytest.raises(ControlRefused, match="CONTROL_INVALID"):
        kedai.merchant(is_test="no")
    with pytest.raises(ControlRefused, match="CONTROL_INVALID"):
        kedai.merchant(colour="red")


# -- as a program and in a thread --------------------------------------------------------------------------------


def test_it_runs_without_the_application(tmp_path: Path) -> None:
    """A copy of only this package, with an import hook that refuses duitpos and Django."""
    package = Path("tests/processors/example/server")
    shutil.copytree(ROOT / package, tmp_path / package)
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in ('django', 'duitpos', 'stripe', 'httpx'):\n"
        "            raise ImportError('not here: ' + name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
    )
    server = ExampleServer(source=tmp_path)
    with server:
        make(server)
    assert server.stop() == 0


def test_it_runs_in_a_thread() -> None:
    with KedaiPay(First("KP7", "secret")) as kedai, httpx.Client(trust_env=False) as client:
        headers = {"X-Merchant": "KP7", "Authorization": "Bearer secret"}
        assert client.post(f"{kedai.url}/v2/bills", json=bill_facts(), headers=headers).status_code == 201
        assert len(kedai.state.bills) == 1


def test_many_calls_at_once_are_all_kept(kedai: ExampleServer) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: make(kedai, reference=f"order-{number}"), range(40)))
    assert len({one["bill"] for one in made}) == len(kedai.bills()) == 40
