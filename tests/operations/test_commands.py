"""`duitpos` at the terminal: an error is one sentence and exit code 2."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.domain.sweep.rows import a_past
from tests.operations.commands import duitpos, environment

pytestmark = pytest.mark.slow


@pytest.mark.pure
@pytest.mark.parametrize(
    "words, wrong, named",
    [
        (["web"], {"LOG_LEVEL": "loud"}, "LOG_LEVEL"),
        (["worker"], {"DUITPOS_ENV": "production", "SECRET_KEY": ""}, "SECRET_KEY"),
        (["adopt"], {"BASE_URL": "nowhere"}, "BASE_URL"),
        (["purge"], {"DUITPOS_GUEST_EMAIL_DAYS": "0"}, "DUITPOS_GUEST_EMAIL_DAYS"),
        (["purge"], {"DUITPOS_EVENT_DAYS": "many"}, "DUITPOS_EVENT_DAYS"),
        (["purge"], {}, "duitpos manage migrate"),
        (["purge", "--now"], {}, "duitpos help"),
        (["manage", "migrate"], {"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        (["web"], {"PORT": "http"}, "PORT"),
        (["demo"], {"PORT": "http"}, "PORT"),
        (["demo", "--rest"], {}, "--rest"),
        (["demo"], {"STRIPE_API_BASE": "localhost:1"}, "STRIPE_API_BASE"),
        (["web"], {}, "collectstatic"),
        (["worker"], {}, "duitpos manage migrate"),
        (["worker"], {"DATABASE_URL": "sqlite:////nonexistent/x.sqlite3"}, "DATABASE_URL"),
        (["worker"], {"DATABASE_URL": "postgres://u:hush@127.0.0.1:9/x"}, "DATABASE_URL"),
        (["worker"], {"CACHE_URL": "rediscache://127.0.0.1:9/0"}, "CACHE_URL"),
        (["serve"], {}, "duitpos help"),
        (["web", "--port", "1"], {}, "duitpos help"),
    ],
)
def test_an_error_is_one_sentence(
    tmp_path: Path, words: list[str], wrong: dict[str, str], named: str
) -> None:
    done = duitpos(*words, env=environment(tmp_path, **wrong))
    assert done.returncode == 2, done.stderr
    [sentence] = [line for line in done.stderr.splitlines() if line.startswith("duitpos: ")]
    assert named in sentence
    assert "Traceback" not in done.stderr
    assert "hush" not in done.stderr


@pytest.mark.pure
def test_without_arguments_it_lists_its_commands(tmp_path: Path) -> None:
    done = duitpos(env=environment(tmp_path))
    assert done.returncode == 0
    assert all(
        word in done.stdout for word in ("demo", "web", "worker", "adopt", "purge", "reseal", "manage")
    )


@pytest.mark.pure
@pytest.mark.parametrize(
    "words, said",
    [
        (["demo", "--help"], "demo [--reset]   a restaurant to play with"),
        (["setup", "--help"], "--base-url"),
        (["web", "-h"], "the web server"),
        (["worker", "--help"], "tasks and the sweep"),
        (["adopt", "--help"], "this database now belongs to BASE_URL"),
        (["purge", "--help"], "remove what is kept long enough"),
        (["reseal", "--help"], "encrypt the stored keys"),
        (["verify-rollups", "--help"], "DAY: 2026-11-24"),
        (["verify-receipts", "--help"], "missing, double"),
        (["open-restaurant", "--help"], "owner_email"),
        (["manage", "help"], "migrate"),
        (["manage", "migrate", "--help"], "--fake-initial"),
    ],
)
def test_help_needs_no_environment_and_writes_nothing(tmp_path: Path, words: list[str], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "duitpos.cli", *words],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert said in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.pure
def test_help_for_no_command_says_so(tmp_path: Path) -> None:
    done = duitpos("serve", "--help", env=environment(tmp_path))
    assert done.returncode == 2
    assert "`duitpos serve` is no command" in done.stderr


@pytest.mark.pure
def test_a_database_is_adopted_by_the_address_it_runs_at(tmp_path: Path) -> None:
    here = environment(tmp_path, BASE_URL="https://a.example")
    assert duitpos("manage", "migrate", "-v0", env=here).returncode == 0
    assert "https://a.example" in duitpos("adopt", env=here).stdout
    there = duitpos("adopt", env=environment(tmp_path, BASE_URL="https://b.example"))
    assert there.returncode == 0
    assert "belonged to https://a.example" in there.stdout


def test_a_purge_says_what_it_removed(database_url: str, tmp_path: Path) -> None:
    past = a_past()
    past.event(91)
    for _ in range(2):
        past.paid(181)
    env = environment(tmp_path, DATABASE_URL=database_url)
    sentences = []
    for _ in range(2):
        done = duitpos("purge", env=env)
        assert done.returncode == 0, done.stderr
        sentences.append(done.stdout)
    assert sentences == [
        "Removed: 1 event body, 0 unpaid orders, 2 e-mail addresses, 0 unused photos, 0 old calls,"
        " 0 unfinished restaurants.\n",
        "Removed: 0 event bodies, 0 unpaid orders, 0 e-mail addresses, 0 unused photos, 0 old calls,"
        " 0 unfinished restaurants.\n",
    ]


SEALED = """
from duitpos.domain.tenancy.open import LocationRules, open_restaurant
from duitpos.models import PaymentType, ProcessorAccount
from duitpos.models.credentials import StoredCredentials

tenant = open_restaurant(
    name="Kopi", slug="kopi", owner_email="owner@kopi.example", password="a long password 1",
    location=LocationRules(name="Bangsar", slug="bangsar"),
)
kind = PaymentType.objects.get(tenant=tenant, kind="online")
account = ProcessorAccount(tenant=tenant, payment_type=kind, processor="stripe")
account.seal_credentials(StoredCredentials({"secret_key": "sk_test_needle"}))
account.save()
"""


@pytest.mark.pure
def test_an_encryption_key_is_replaced_in_four_steps(tmp_path: Path) -> None:
    """docs/settings.md."""

    def keys(*names: str) -> dict[str, str]:
        listed = [f"{name}:{base64.b64encode((name * 16).encode()).decode()}" for name in names]
        return environment(tmp_path, DUITPOS_ENCRYPTION_KEYS=",".join(listed))

    assert duitpos("manage", "migrate", "-v0", env=keys("k1")).returncode == 0
    made = duitpos("manage", "shell", "-c", SEALED, env=keys("k1"))
    assert made.returncode == 0, made.stderr
    added = duitpos("reseal", env=keys("k1", "k2"))
    assert (added.returncode, "the keys of 0 accounts" in added.stdout) == (0, True), added.stderr
    first = duitpos("reseal", env=keys("k2", "k1"))
    assert (first.returncode, "the keys of 1 account," in first.stdout) == (0, True), first.stderr
    assert "The key 'k1' is no longer needed" in first.stdout
    dropped = duitpos("reseal", env=keys("k2"))
    assert (dropped.returncode, "no longer needed" in dropped.stdout) == (0, False)
    lost = duitpos("reseal", env=keys("k1"))
    assert lost.returncode == 1
    assert "sealed with the key 'k2'" in lost.stderr
    assert "needle" not in "".join(one.stdout + one.stderr for one in (added, first, dropped, lost))
