"""Every code that the domain stores or returns has a sentence; texts in rows from before codes are shown unchanged."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from duitpos.dashboard.texts.account import ACCOUNT, GROUPS, METHOD_STATES
from duitpos.dashboard.texts.alerts import (
    LABELS,
    RESOLUTIONS,
    TITLES_AND_TEXTS,
    detail_text,
    resolution_text,
)
from duitpos.dashboard.texts.became import BECAME
from duitpos.dashboard.texts.orders import (
    BECAUSE,
    CHECKED,
    HAPPENED,
    ORDER_MOVED,
    ORDER_MOVED_BECAUSE,
    REFUND_ENDED,
    REFUND_ENDED_BECAUSE,
)
from duitpos.dashboard.texts.payment_issues import CAUSES, EVIDENCE, SIGNATURES, SYMPTOMS
from duitpos.dashboard.texts.processors import (
    FINDINGS,
    HEALTH,
    PROBLEMS,
    REMOVALS,
    STATES,
    TYPE_PROBLEMS,
    hint_text,
    problem_text,
)
from duitpos.dashboard.texts.reasons import OURS, PROCESSOR, reason_text
from duitpos.dashboard.texts.refunds import REFUNDS
from duitpos.domain.alerts.offers import ACTIONS, Action
from duitpos.domain.alerts.open import Resolution
from duitpos.domain.errors import Code
from duitpos.domain.orders.states import Because
from duitpos.domain.orders.timeline import EntryKind
from duitpos.domain.payment_issues.became import Became
from duitpos.domain.payment_issues.findings import CauseCode, EvidenceCode, Symptom
from duitpos.domain.payments.refunds.refund_result import RefundResult
from duitpos.domain.processor_accounts.account_codes import SEVERITIES, AccountCode, Severity
from duitpos.domain.processor_accounts.accounts import Removal
from duitpos.domain.processor_accounts.findings import Finding
from duitpos.domain.processor_accounts.types import TypeProblem
from duitpos.domain.processor_accounts.view import FieldView, Health
from duitpos.domain.reasons import Reason, reason_of
from duitpos.domain.staff_actions.check_payment import CheckResult
from duitpos.kit.facts import facts, quoted
from duitpos.kit.money import Money
from duitpos.models import Alert
from duitpos.models.alert import AlertKind
from duitpos.models.order import OrderStatus
from duitpos.models.payment_setup import AccountState
from duitpos.processors.account import MethodState, Restriction, Right
from duitpos.processors.credentials import (
    CredentialField,
    CurrencyProblem,
    Problem,
    Thing,
)
from duitpos.processors.errors import Failure, OwnCode, ProcessorError, SignatureProblem
from duitpos.web.sentences import ByFact

pytestmark = pytest.mark.pure

SAID_APART = {Finding.KEY_BELONGS_TO, Finding.NOT_CHECKED}
ENTRIES_BY_STATUS = {EntryKind.ORDER_MOVED, EntryKind.REFUND_ENDED, EntryKind.EVENT}


@pytest.mark.parametrize(
    "codes, sentences",
    [
        (Reason, OURS),
        ([*Failure, *OwnCode], PROCESSOR),
        (Resolution, RESOLUTIONS),
        (AlertKind, TITLES_AND_TEXTS),
        (AlertKind, ACTIONS),
        (Action, LABELS),
        (RefundResult, REFUNDS),
        (CheckResult, CHECKED),
        (Because, BECAUSE),
        (set(EntryKind) - ENTRIES_BY_STATUS, HAPPENED),
        ([*OrderStatus.values, "back"], ORDER_MOVED),
        (ORDER_MOVED, ORDER_MOVED_BECAUSE),
        (REFUND_ENDED, REFUND_ENDED_BECAUSE),
        (set(Finding) - SAID_APART, FINDINGS),
        (AccountCode, ACCOUNT),
        (AccountCode, SEVERITIES),
        (Severity, GROUPS),
        (MethodState, METHOD_STATES),
        (Problem, PROBLEMS),
        (AccountState.values, STATES),
        (Health, HEALTH),
        (TypeProblem, TYPE_PROBLEMS),
        (Removal, REMOVALS),
        (Symptom, SYMPTOMS),
        (CauseCode, CAUSES),
        (EvidenceCode, EVIDENCE),
        (SignatureProblem, SIGNATURES),
        (Became, BECAME),
    ],
)
def test_every_code_has_its_sentence(codes: Iterable[str], sentences: Mapping[str, object]) -> None:
    assert {str(code) for code in codes} == {str(code) for code in sentences}


@pytest.mark.parametrize(
    "codes, sentence",
    [
        (CurrencyProblem, ACCOUNT[AccountCode.CURRENCY_IMPOSSIBLE].says),
        (["", *Restriction], ACCOUNT[AccountCode.CANNOT_CHARGE].says),
        (["", *Restriction], ACCOUNT[AccountCode.CANNOT_CHARGE].do),
        (set(Right) - {Right.TAKE_PAYMENTS}, ACCOUNT[AccountCode.RIGHT_MISSING].says),
        (set(Right) - {Right.TAKE_PAYMENTS}, ACCOUNT[AccountCode.RIGHT_MISSING].why),
        (SignatureProblem, HEALTH[Health.BAD_SIGNATURE]),
        (Thing, PROBLEMS[Problem.SOMETHING_ELSE]),
    ],
)
def test_every_problem_has_its_sentence(codes: Iterable[str], sentence: object) -> None:
    assert isinstance(sentence, ByFact)
    assert {str(code) for code in codes} == set(sentence.texts)


def test_every_code_has_only_one_meaning() -> None:
    stored = [*OURS, *PROCESSOR]
    assert len(set(stored)) == len(stored)
    assert not {str(code) for code in stored} & {code.value for code in Code}


@pytest.mark.parametrize(
    "reason, text",
    [
        ({}, ""),
        (quoted("Your card was declined."), "Your card was declined."),
        (facts(Reason.MAY_NOT_START), "It may no longer be started."),
        (facts(Code.LOCATION_CLOSED), "This restaurant is not taking orders right now. Your cart is kept."),
        (facts("code_of_a_later_version"), "code_of_a_later_version"),
        (
            reason_of(ProcessorError(Failure.REFUSED, processor="Stripe", said="Not in your country.")),
            "Stripe refuses the request. It says: “Not in your country.”",
        ),
        (
            reason_of(
                ProcessorError(Failure.KEY_REFUSED, OwnCode.ADDRESS_NOT_ALLOWED, about={"address": "x"})
            ),
            "x is not among the sandbox addresses that the operator allows.",
        ),
    ],
)
def test_a_reasons_text(reason: dict[str, object], text: str) -> None:
    assert reason_text(reason) == text


def test_texts_from_before_facts_were_stored_are_shown_unchanged() -> None:
    alert = Alert(kind=AlertKind.DISPUTE, facts=quoted("The bank has taken the money back."))
    assert detail_text(alert) == "The bank has taken the money back."
    assert resolution_text(quoted("Refund arrived.")) == "Refund arrived."


@pytest.mark.parametrize(
    "moved, text",
    [
        (Money(2400, "MYR"), f"{Money(2400, 'MYR')} moved, {Money(2500, 'MYR')} was asked for."),
        (Money(2500, "MYR"), f"{Money(2500, 'MYR')} moved."),
    ],
)
def test_an_amount_among_facts(moved: Money, text: str) -> None:
    about = facts("", moved=moved, asked=Money(2500, "MYR"))
    assert detail_text(Alert(kind=AlertKind.AMOUNT_DIFFERS, facts=about)) == text


def test_a_dispute_shows_its_reason_and_deadline() -> None:
    about = {
        "state": "needs_response",
        "bank_reason": "fraudulent",
        "respond_by": "2026-12-03T10:00:00+00:00",
        "time_zone": "Asia/Kuala_Lumpur",
    }
    said = detail_text(Alert(kind=AlertKind.DISPUTE, facts=about))
    assert said.startswith(
        "The bank has taken the money back. Reason: fraudulent. Answer at the processor by 3 Dec"
    )
    about |= {"state": "lost", "bank_reason": ""}
    assert detail_text(Alert(kind=AlertKind.DISPUTE, facts=about)) == (
        "Lost: the money stays with the guest. Reason: not said."
    )


@pytest.mark.parametrize("kind", list(AlertKind))
@pytest.mark.parametrize("facts", [{"another": "version"}, {"reason": {"code": "address_not_allowed"}}])
def test_an_alert_with_other_facts_does_not_hide_the_others(
    kind: AlertKind, facts: dict[str, object]
) -> None:
    assert isinstance(detail_text(Alert(kind=kind, facts=facts)), str)


def test_a_reason_without_its_facts_shows_its_code() -> None:
    assert reason_text({"code": "address_not_allowed"}) == "address_not_allowed"
    assert reason_text({"code": "of_a_later_version"}) == "of_a_later_version"


API_KEY = CredentialField("api_key", "API Key", begins_with=("live-", "test-"), where="Settings, API")
PLAIN = CredentialField("pin", "PIN")


@pytest.mark.parametrize(
    "field, problem, about, text",
    [
        (API_KEY, Problem.BLANK_INSIDE, {}, "There is a space or a line break in it. Copy it again, alone."),
        (
            API_KEY,
            Problem.SHORTENED,
            {},
            "This is the shortened form that Acme shows. Reveal it there, and copy the whole of it.",
        ),
        (
            API_KEY,
            Problem.ANOTHER_FIELD,
            {"label": "Seller's Number"},
            "This is the Seller's Number: it belongs in its own field. The API Key begins with live- or test-.",
        ),
        (
            API_KEY,
            Problem.SOMETHING_ELSE,
            {"what": Thing.PUBLIC_KEY},
            "This is the public key, which everybody may see. The API Key begins with live- or test-."
            " At Acme: Settings, API.",
        ),
        (PLAIN, Problem.WRONG_FORM, {}, "This is no PIN."),
        (PLAIN, Problem.REQUIRED, {}, "This is needed too. Nothing was saved."),
    ],
)
def test_a_problem_says_what_was_pasted_and_what_the_right_one_looks_like(
    field: CredentialField, problem: Problem, about: dict[str, object], text: str
) -> None:
    of_field = {
        "field": field.label,
        "processor": "Acme",
        "begins_with": field.begins_with,
        "where": field.where,
    }
    assert problem_text(facts(problem, **of_field, **about)) == text


@pytest.mark.parametrize(
    "view, text",
    [
        (FieldView(API_KEY, "Acme"), "Begins with live- or test-. At Acme: Settings, API."),
        (FieldView(API_KEY, "Acme", masked="live-…4242"), "Saved: live-…4242. Leave empty to keep it."),
        (
            FieldView(CredentialField("key", "Key", is_long=True), "Acme", masked="0f1e2d3c"),
            "Saved, with the fingerprint 0f1e2d3c. Leave empty to keep it.",
        ),
        (
            FieldView(
                CredentialField("seller", "Seller", where="Profile", is_secret=False), "Acme", "12", "12"
            ),
            "At Acme: Profile.",
        ),
        (
            FieldView(API_KEY, "Acme", is_unreadable=True),
            "What is saved cannot be read here: paste it again.",
        ),
        (FieldView(PLAIN, "Acme"), ""),
    ],
)
def test_a_fields_hint_follows_from_what_is_known_of_it(view: FieldView, text: str) -> None:
    assert hint_text(view) == text


def test_no_text_of_the_set_up_names_a_processor() -> None:
    source = Path(inspect.getfile(hint_text)).read_text(encoding="utf-8")
    assert not re.search(r"stripe|\b(sk|rk|pk|whsec|acct)_", source, re.I)
