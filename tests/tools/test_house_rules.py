"""Each house rule reports violations, and accepts similar code that is allowed."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from scripts.citations import Known
from scripts.house_rules import check_file, check_tree, citations


def rules_broken(path: str, text: str) -> list[str]:
    return [breach.rule for breach in check_file(path, textwrap.dedent(text))]


@pytest.mark.parametrize(
    "code",
    [
        "order.save()",
        "order.save(force_insert=False)",
        "old_order.save(update_fields=['note'])",
        "self.payment.save()",
        "Refund.objects.get(pk=1).save()",
        "load_order(tenant, token).save()",
        "order.status = 'placed'",
        "Order.objects.filter(tenant=t, pk=1).update(status='placed')",
        "Order.of(tenant).filter(pk=1).update(status='placed', number=2)",
        "payment.refunds.filter(pk=1).update(status='failed')",
        "payment.refund_set.update(status='failed')",
        "def f(**changes: str) -> None:\n    Payment.objects.filter(pk=1).update(**changes)",
        "def f():\n    changes = {'status': 'failed'}\n    Payment.objects.filter(pk=1).update(**changes)",
        "Payment.objects.bulk_update(rows, ['status'])",
        "await Order.objects.filter(pk=1).aupdate(status='ready')",
        "def f(row: Order) -> None:\n    row.save()",
        "def f(row: 'Payment | None') -> None:\n    row.status = 'failed'",
        "rows = Order.objects.filter(pk=1)\nrows.update(status='ready')",
        "for row in Refund.objects.all():\n    row.save()",
    ],
)
def test_a_second_writer_of_a_status_is_refused(code: str) -> None:
    if code.startswith("await"):
        code = f"async def f():\n    {code}"
    assert rules_broken("src/duitpos/domain/orders/place.py", code) == ["one-writer"]


@pytest.mark.parametrize(
    "code",
    [
        "order_event.save()",
        "payment.save(force_insert=True)",
        "OrderEvent.objects.filter(pk=1).update(status='done')",
        "payment.events.update(status='done')",
        "payment_type.save()",
        "Order.objects.filter(pk=1).update(note='no onions')",
        "def f():\n    missing = {'reference': 'cs_1'}\n    Payment.objects.filter(pk=1).update(**missing)",
        "WebhookEvent.objects.filter(payment=payment).update(status='done')",
        "menu_item.status = 'sold_out'",
        "total = order.total\ntotal.save()",
        "def f(row: Order) -> None: ...\ndef g(row: MenuItem) -> None:\n    row.save()",
        "Order.objects.create(status='held')",
    ],
)
def test_other_rows_and_other_columns_may_be_written(code: str) -> None:
    assert rules_broken("src/duitpos/domain/orders/place.py", code) == []


def test_advance_writes_the_status() -> None:
    code = "Order.objects.filter(pk=1, status='held').update(status='placed')"
    assert rules_broken("src/duitpos/domain/orders/advance.py", code) == []
    assert rules_broken("src/duitpos/dashboard/views/orders.py", code) == ["one-writer"]


@pytest.mark.parametrize(
    "code",
    [
        "import django.http",
        "from django.http import HttpRequest",
        "from django import shortcuts",
        "from django.shortcuts import render",
        "from django.urls import reverse",
        "from django.utils.translation import gettext as _",
        "from django.utils import translation",
    ],
)
@pytest.mark.parametrize("layer", ["domain/orders", "models", "processors/stripe", "kit"])
def test_below_the_entry_points_nobody_knows_the_web_or_writes_a_sentence(code: str, layer: str) -> None:
    assert rules_broken(f"src/duitpos/{layer}/place.py", code) == ["quiet-layers"]
    assert rules_broken("src/duitpos/guest/views/menu.py", code) == []


def test_the_domain_may_use_the_database() -> None:
    assert rules_broken("src/duitpos/domain/orders/place.py", "from django.db import models") == []


def function_of(lines: int) -> str:
    return "def long() -> None:\n" + "    x = 1\n" * (lines - 1)


def test_a_long_function_is_refused() -> None:
    assert rules_broken("src/duitpos/kit/money.py", function_of(60)) == []
    assert rules_broken("src/duitpos/kit/money.py", function_of(61)) == ["short-functions"]


def test_a_long_file_is_refused() -> None:
    assert rules_broken("src/duitpos/ui/static/app.css", "a {}\n" * 500) == []
    assert rules_broken("src/duitpos/ui/static/app.css", "a {}\n" * 501) == ["short-files"]
    assert rules_broken("src/duitpos/ui/static/vendor/htmx.js", "x\n" * 501) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url somewhere",
        "-f wheels",
        "--extra-index-url=somewhere",
        "django @ https" + "://example.com/django.whl",
        "file" + ":///srv/wheels/django.whl",
    ],
)
def test_requirements_name_no_address(line: str) -> None:
    assert rules_broken("requirements/base.txt", line) == ["no-addresses"]


def test_requirements_may_name_other_lists_and_hashes() -> None:
    assert rules_broken("requirements/dev.txt", "-r base.txt\ndjango==5.2 \\\n    --hash=sha256:00") == []


@pytest.fixture
def known(tmp_path: Path) -> Known:
    """A checkout with one row of the money path, one decision and two pages."""
    (tmp_path / "docs" / "decisions").mkdir(parents=True)
    (tmp_path / "README.md").write_text("Read [on](docs/money-path.md).\n")
    (tmp_path / "docs" / "money-path.md").write_text("| # | rule |\n|---|---|\n| M7 | Repeat it |\n")
    (tmp_path / "docs" / "decisions" / "0002-tenancy.md").write_text("See (M7).\n")
    return Known.at(tmp_path)


@pytest.mark.parametrize(
    "path, text",
    [
        ("src/duitpos/kit/ids.py", '"""Repeat it (M8)."""'),
        ("src/duitpos/kit/ids.py", "X = 1  # as in M70"),
        ("src/duitpos/kit/ids.py", 'X = 1\n"""As drawing.md says."""'),
        ("src/duitpos/kit/ids.py", "# decision 0003"),
        ("src/duitpos/kit/ids.py", "# docs/tenancy.md"),
        ("docs/money-path.md", "See [the words](words.md)."),
    ],
)
def test_a_citation_without_a_target_is_refused(known: Known, path: str, text: str) -> None:
    assert [breach.rule for breach in citations(path, text, known)] == ["citations"]


@pytest.mark.parametrize(
    "path, text",
    [
        ("src/duitpos/kit/ids.py", '"""Repeat it (M7); see docs/money-path.md and decision 0002."""'),
        ("src/duitpos/ui/icons.py", 'PATH = "M12 3a9 9 0 1"'),
        ("src/duitpos/kit/ids.py", "HIT = 1  # MP3, M, XM7 and *.md are other things"),
        ("docs/decisions/0002-tenancy.md", "[there](../money-path.md), [README](../../README.md)"),
        ("docs/money-path.md", "[here](decisions/0002-tenancy.md) and docs/money-path.md"),
    ],
)
def test_a_citation_with_a_target_passes(known: Known, path: str, text: str) -> None:
    assert list(citations(path, text, known)) == []


def test_pages_are_checked_too(known: Known) -> None:
    assert check_tree(known.top) == []
    (known.top / "README.md").write_text("Read [on](docs/nowhere.md).\n")
    assert [(breach.path, breach.rule) for breach in check_tree(known.top)] == [("README.md", "citations")]
