"""The credentials that an owner pastes: their form, and that each is needed for something."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from duitpos.processors.credentials import CredentialField, Credentials, Problem
from duitpos.processors.errors import Failure, ProcessorError, SignatureInvalid
from tests.processors.rig import Rig


class CredentialContract:
    """Fields and their judgement."""

    def test_the_fields_describe_themselves(self, rig: Rig) -> None:
        form = rig.adapter.credential_fields
        assert len({one.name for one in form}) == len(form)
        assert all(one.label and re.fullmatch(r"[a-z][a-z0-9_]*", one.name) for one in form)
        assert any(one.required and not one.verifies for one in form)
        assert set(rig.credentials) == set(rig.wrong) == {one.name for one in form}

    def test_right_texts_have_no_problem(self, rig: Rig) -> None:
        for credentials in (rig.credentials, rig.wrong):
            assert list(rig.adapter.judge(credentials)) == []
        for field in rig.adapter.credential_fields:
            begins = field.begins_with
            assert not begins or rig.credentials[field.name].startswith(begins)

    def test_a_missing_text_is_not_a_wrong_one(self, rig: Rig) -> None:
        """Whoever asks for credentials knows which are required; an adapter judges what was pasted."""
        assert list(rig.adapter.judge({})) == []

    def test_a_blank_inside_is_noticed(self, rig: Rig) -> None:
        for field in rig.adapter.credential_fields:
            if field.is_long:
                continue
            text = rig.credentials[field.name]
            (problem,) = rig.adapter.judge({field.name: f"{text[:5]} {text[5:]}"})
            assert (problem.field, problem.problem) == (field.name, Problem.BLANK_INSIDE)

    def test_half_a_long_text_is_noticed(self, rig: Rig) -> None:
        for field in rig.adapter.credential_fields:
            if field.is_long:
                text = rig.credentials[field.name]
                (problem,) = rig.adapter.judge({field.name: text[: len(text) // 2]})
                assert problem.field == field.name

    def test_a_text_in_another_field_is_noticed(self, rig: Rig) -> None:
        """Where a form is known; a password may have any."""
        form = rig.adapter.credential_fields
        for field in form:
            for other in form:
                if field != other and (field.begins_with or other.begins_with):
                    found = rig.adapter.judge({field.name: rig.credentials[other.name]})
                    assert [one.field for one in found] == [field.name], (field.name, other.name)

    def test_problems_are_codes_and_facts(self, rig: Rig) -> None:
        first = rig.adapter.credential_fields[0].name
        for problem in rig.adapter.judge({first: "?"}):
            assert problem.problem in Problem
            assert all(isinstance(getattr(problem, one.name), str | dict) for one in fields(problem))
            assert "?" not in problem.about.values()

    def test_each_field_is_needed(self, rig: Rig) -> None:
        """Without a field, or with a wrong text in it, the account cannot be used or no delivery verified."""
        (sent, *_) = rig.delivered(lambda started: rig.pay(started.reference))
        for field in rig.adapter.credential_fields:
            broken = [{**rig.credentials, field.name: rig.wrong[field.name]}]
            if field.required or field.verifies:
                broken.append({k: v for k, v in rig.credentials.items() if k != field.name})
            for credentials in broken:
                if field.verifies:
                    with pytest.raises(SignatureInvalid):
                        rig.adapter.read_event(sent.body, sent.headers, [credentials])
                else:
                    _assert_refused(rig, field, credentials)

    def test_what_only_verifies_is_not_needed_for_calls(self, rig: Rig) -> None:
        form = rig.adapter.credential_fields
        checked = {one.name: rig.credentials[one.name] for one in form if not one.verifies}
        assert rig.adapter.open(checked, rig.endpoint).check() == rig.processor.check()

    def test_logs_can_recognize_secrets(self, rig: Rig) -> None:
        """Those that have a form of their own."""
        for field in rig.adapter.credential_fields:
            if not field.secret_pattern:
                continue
            assert field.is_secret, "logs leave out secrets only"
            for credentials in (rig.credentials, rig.wrong):
                assert re.fullmatch(field.secret_pattern, credentials[field.name])
            assert not re.search(field.secret_pattern, "An order at Kopi Bangsar, RM 31.85")


def _assert_refused(rig: Rig, field: CredentialField, credentials: Credentials) -> None:
    with pytest.raises(ProcessorError) as caught:
        rig.adapter.open(credentials, rig.endpoint).check()
    assert caught.value.failure == Failure.KEY_REFUSED, field.name
