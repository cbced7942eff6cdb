"""`duitpos setup`: a fresh server becomes a restaurant whose owner can sign in, and a second run changes nothing."""

from __future__ import annotations

import os
import socket
import sqlite3
import stat
import subprocess
import threading
from pathlib import Path

import pytest

from duitpos.kit.slug import slug_of
from duitpos.operations import env_file
from duitpos.operations.setup import SetupRefused, Terminal
from tests.operations.commands import duitpos

PASSWORD = "teh tarik kurang manis"
pytestmark = pytest.mark.pure

URL = "https://order.example.my"
ANSWERS = ("--base-url", URL, "--name", "Kopi Kita", "--owner", "siti@kopi.example", "--tax", "6")


def fresh(**more: str) -> dict[str, str]:
    """The environment of a fresh server."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", ""), **more}


def setup(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return duitpos("setup", "--env-file", str(folder / "duitpos.env"), *words, env=fresh(**more))


def settings_in(folder: Path) -> dict[str, str]:
    lines = (folder / "duitpos.env").read_text().splitlines()
    return {name: value.strip("'") for name, value in (line.split("=", 1) for line in lines)}


def contents(folder: Path) -> tuple[str, str]:
    """The settings, and every table with its rows."""
    with sqlite3.connect(folder / "var" / "duitpos.sqlite3") as database:
        rows = "\n".join(database.iterdump())
    database.close()
    return (folder / "duitpos.env").read_text(), rows


def rates_in(folder: Path) -> list[tuple[int, int]]:
    """Service charge and tax of each location, in basis points."""
    with sqlite3.connect(folder / "var" / "duitpos.sqlite3") as database:
        rows = list(database.execute("SELECT service_charge_bp, tax_bp FROM duitpos_location"))
    database.close()
    return rows


@pytest.mark.slow
def test_a_fresh_server_is_set_up_and_a_second_run_changes_nothing(tmp_path: Path) -> None:
    done = setup(tmp_path, *ANSWERS, "--service-charge", "2.5", DUITPOS_OWNER_PASSWORD=PASSWORD)
    assert done.returncode == 0, done.stderr
    assert "Kopi Kita is open: sign in as siti@kopi.example" in done.stdout
    assert "Mail goes nowhere" in done.stdout
    assert f"EnvironmentFile={tmp_path}/duitpos.env" in done.stdout
    assert stat.S_IMODE((tmp_path / "duitpos.env").stat().st_mode) == 0o600
    before = contents(tmp_path)
    assert rates_in(tmp_path) == [(250, 600)]
    assert PASSWORD not in (tmp_path / "duitpos.env").read_text()
    again = setup(tmp_path, *ANSWERS, DUITPOS_OWNER_PASSWORD=PASSWORD)
    assert again.returncode == 0, again.stderr
    assert "it was not changed" in again.stdout
    assert "nothing was changed" in again.stdout
    assert contents(tmp_path) == before
    # Nothing is missing for the processes that it tells to start.
    worker = duitpos("verify-rollups", env=fresh(**settings_in(tmp_path)))
    assert worker.returncode == 0, worker.stderr


@pytest.mark.slow
def test_a_set_up_that_was_refused_goes_on_where_it_stopped(tmp_path: Path) -> None:
    refused = setup(tmp_path, *ANSWERS, "--slug", "static", DUITPOS_OWNER_PASSWORD=PASSWORD)
    assert refused.returncode == 2
    assert "“static” is an address of DuitPOS itself" in refused.stderr
    made = settings_in(tmp_path)
    done = setup(tmp_path, *ANSWERS, DUITPOS_OWNER_PASSWORD=PASSWORD)
    assert done.returncode == 0, done.stderr
    assert settings_in(tmp_path) == made, "the keys stay"


@pytest.mark.slow
def test_a_lost_file_is_noticed_before_a_new_key_hides_it(tmp_path: Path) -> None:
    assert setup(tmp_path, *ANSWERS, DUITPOS_OWNER_PASSWORD=PASSWORD).returncode == 0
    sealed = (
        "from duitpos.models import *; from duitpos.models.credentials import StoredCredentials;"
        "t = Tenant.objects.get(); k = PaymentType.objects.get(tenant=t, kind='online');"
        "a = ProcessorAccount(tenant=t, payment_type=k, processor='stripe');"
        "a.seal_credentials(StoredCredentials({'secret_key': 'sk_test_x'})); a.save()"
    )
    assert duitpos("manage", "shell", "-c", sealed, env=fresh(**settings_in(tmp_path))).returncode == 0
    lost = settings_in(tmp_path)["DUITPOS_ENCRYPTION_KEYS"].partition(":")[0]
    (tmp_path / "duitpos.env").unlink()
    done = setup(tmp_path, *ANSWERS, DUITPOS_OWNER_PASSWORD=PASSWORD)
    assert done.returncode == 2
    assert f"DUITPOS_ENCRYPTION_KEYS lacks the key '{lost}'" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "words,said",
    [
        ((), "--base-url"),
        (("--base-url", "http://order.example.my"), "begins with https://"),
        (("--base-url", "https://order.example.my/menu"), "begins with https://"),
        (("--base-url", URL, "--proxy-count", "one"), "--proxy-count"),
        (("--base-url", URL, "--email-url", "smtp://a'b@host"), "EMAIL_URL"),
        (("--base-url", URL, "--database-url", "nonsense"), "DATABASE_URL"),
        (("--base-url", URL, "--database-url", "postgres://u:hush@127.0.0.1:9/x"), "DATABASE_URL"),
    ],
)
def test_what_is_missing_or_wrong_is_one_sentence(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    assert_refused(setup(tmp_path, *words), said)


LATE: tuple[tuple[tuple[str, ...], dict[str, str], str], ...] = (
    (("--base-url", URL), {}, "--name"),
    (("--base-url", URL, "--name", "Kopi", "--owner", "s@kopi.example"), {}, "DUITPOS_OWNER_PASSWORD"),
    ((*ANSWERS, "--tax", "six"), {"DUITPOS_OWNER_PASSWORD": PASSWORD}, "no percentage"),
    ((*ANSWERS, "--owner", "siti"), {"DUITPOS_OWNER_PASSWORD": PASSWORD}, "not an e-mail address"),
    (ANSWERS, {"DUITPOS_OWNER_PASSWORD": "short"}, "The password is refused"),
    ((*ANSWERS, "--currency", "XYZ"), {"DUITPOS_OWNER_PASSWORD": PASSWORD}, "not a currency"),
)
"""What is only asked for, or checked, when the tables are there."""


@pytest.mark.slow
def test_what_is_missing_or_wrong_about_the_restaurant_is_one_sentence(tmp_path: Path) -> None:
    for words, more, said in LATE:
        assert_refused(setup(tmp_path, *words, **more), said)


def assert_refused(done: subprocess.CompletedProcess[str], said: str) -> None:
    assert done.returncode == 2, done.stdout
    [sentence] = [line for line in done.stderr.splitlines() if line.startswith("duitpos: ")]
    assert said in sentence
    assert "Traceback" not in done.stderr
    assert "hush" not in done.stderr + done.stdout


@pytest.mark.slow
def test_the_folder_of_the_file_must_be_there(tmp_path: Path) -> None:
    done = duitpos("setup", "--env-file", str(tmp_path / "none" / "e"), "--base-url", URL, env=fresh())
    assert (done.returncode, "cannot be written" in done.stderr) == (2, True)


@pytest.mark.slow
def test_a_test_mail_arrives_or_the_reason_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        got: list[bytes] = []
        thread = threading.Thread(target=_take_one_mail, args=(server, got), daemon=True)
        thread.start()
        env = {"DUITPOS_OWNER_PASSWORD": PASSWORD}
        done = setup(tmp_path, *ANSWERS, "--email-url", f"smtp://127.0.0.1:{port}", **env)
        thread.join(timeout=30)
    assert done.returncode == 0, done.stderr
    assert "A test mail was sent to siti@kopi.example." in done.stdout
    assert b"can send mail" in got[0]
    # Nobody listens there any more.
    again = setup(tmp_path, "--test-mail", "siti@kopi.example")
    assert again.returncode == 0
    assert "was not sent" in again.stdout
    assert "Mend EMAIL_URL" in again.stdout


def _take_one_mail(server: socket.socket, got: list[bytes]) -> None:
    """A mail server for one mail, as simple as the protocol allows."""
    connection, _ = server.accept()
    with connection, connection.makefile("rwb", buffering=0) as stream:
        stream.write(b"220 here\r\n")
        while line := stream.readline():
            if line.upper().startswith(b"DATA"):
                stream.write(b"354 go on\r\n")
                body = b""
                while not body.endswith(b"\r\n.\r\n"):
                    body += stream.readline()
                got.append(body)
            stream.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 ok\r\n")


@pytest.mark.slow
def test_help_needs_no_settings() -> None:
    done = duitpos("setup", "--help", env=fresh())
    assert (done.returncode, "--base-url" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    "name,slug",
    [("Kopi Kita & Co.", "kopi-kita-co"), ("Café Ümit", "cafe-umit"), ("海南鸡饭", ""), ("a" * 60, "a" * 40)],
)
def test_a_slug_is_proposed_from_the_name(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_a_question_has_a_default_and_an_answer_is_trimmed() -> None:
    asked: list[str] = []

    def typing(answer: str) -> Terminal:
        def ask(question: str) -> str:
            asked.append(question)
            return answer

        return Terminal(True, ask)

    assert typing(" teh ").answer(None, "Slug", "--slug", "kopi") == "teh"
    assert typing("").answer(None, "Slug", "--slug", "kopi") == "kopi"
    assert asked == ["Slug [kopi]: ", "Slug [kopi]: "]
    assert Terminal(False).answer(None, "Slug", "--slug", "kopi") == "kopi"
    with pytest.raises(SetupRefused, match="--slug"):
        typing("").answer(None, "Slug", "--slug")


def test_a_file_that_was_edited_by_hand_keeps_its_last_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "duitpos.env"
    file.write_text("LOG_LEVEL='ERROR'")
    monkeypatch.delenv("DUITPOS_EDITED", raising=False)
    env_file.add(file, {"DUITPOS_EDITED": "1"})
    assert file.read_text() == "LOG_LEVEL='ERROR'\nDUITPOS_EDITED='1'\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    monkeypatch.delenv("DUITPOS_EDITED")
