"""Payments of a session: from the payer's form to PaymentIntent, charge and events."""

from dataclasses import dataclass

from stripe_sandbox.accounts import Scope, may_take
from stripe_sandbox.actions.balance import add_movement
from stripe_sandbox.actions.disputes import open_dispute
from stripe_sandbox.actions.events import emit
from stripe_sandbox.actions.warnings import open_review, warn_of_fraud
from stripe_sandbox.objects import cards
from stripe_sandbox.objects.charge import authorized_outcome, charge_object, declined_outcome
from stripe_sandbox.objects.fpx import BANKS, USUAL_BANK
from stripe_sandbox.objects.payment_intent import decline_error, intent_object, other_error
from stripe_sandbox.objects.payment_method import Payer, method_object
from stripe_sandbox.objects.session import customer_details
from stripe_sandbox.sandbox import Sandbox, scope_of
from stripe_sandbox.store import Json, Record

METHOD_NAMES = {
    "card": "Card",
    "fpx": "FPX",
    "grabpay": "GrabPay",
    "customer_balance": "Bank transfer (delayed)",
}


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended.

    `result`: paid, processing, declined, invalid (a field), action (3-D Secure or a bank's page follows),
    expired, complete (paid before). `event` is the id of the `completed` event, if one was made.
    """

    result: str
    error: Json | None = None
    field: str | None = None
    event: str | None = None


@dataclass(frozen=True)
class Attempt:
    """The parts of one attempt, looked up once."""

    session: Record
    scope: Scope
    intent: Record
    payer: Payer
    method: Json


def closed_outcome(session: Record) -> Outcome | None:
    """The outcome for a session that can no longer be paid; None while it is open."""
    status = session.obj["status"]
    return None if status == "open" else Outcome(status)


def read_payer(
    sandbox: Sandbox, session: Record, form: dict[str, str], method: str
) -> tuple[Payer | None, Outcome | None]:
    """Check the fields of the form; either a payer or what is wrong with which field."""
    email = form.get("email", "").strip() or session.obj["customer_email"] or ""
    if "@" not in email.strip("@"):
        return None, _invalid("email_invalid", "email", "Your email is incomplete.")
    account = sandbox.accounts.get(session.account)
    if method not in session.obj["payment_method_types"] or not may_take(account, method):
        message = "This payment method is not available."
        return None, _invalid("payment_method_not_available", "method", message)
    country = account.obj["country"]
    name = form.get("name", "").strip() or None
    if method == "fpx":
        bank = form.get("bank", USUAL_BANK)
        if bank not in BANKS:
            return None, _invalid("parameter_missing", "bank", "Choose your bank.")
        return Payer(email, name, country, method, bank=bank), None
    if method != "card" or session.obj["amount_total"] == 0:
        return Payer(email, name, country, method), None
    try:
        entry = cards.read_card(
            form.get("card_number", ""), form.get("exp", ""), form.get("cvc", ""), sandbox.clock
        )
    except cards.CardInputError as error:
        return None, _invalid(error.code, error.field, str(error))
    return Payer(email, name, country, method, entry), None


def _invalid(code: str, field: str, message: str) -> Outcome:
    return Outcome("invalid", {"code": code, "message": message, "type": "card_error"}, field)


def confirm(sandbox: Sandbox, session: Record, payer: Payer) -> Outcome:
    """Pay with these details: a session with total 0 completes, others charge the payer or require an action first."""
    closed = closed_outcome(session)
    if closed is not None:
        return closed
    if session.obj["amount_total"] == 0:
        event = _complete(sandbox, session, payer, "no_payment_required")
        return Outcome("paid", event=event)
    attempt = _start_attempt(sandbox, session, payer)
    entry = payer.entry
    if entry is None or entry.card.three_d_secure == "required":
        _require_action(sandbox, attempt)
        return Outcome("action")
    if entry.card.code is not None:
        return _decline(sandbox, attempt, authenticated=False)
    return _succeed(sandbox, attempt, authenticated=False)


def _start_attempt(sandbox: Sandbox, session: Record, payer: Payer) -> Attempt:
    """The session's PaymentIntent, made by the first attempt and reused by later ones.

    An earlier attempt that still waits on the authorise page is dropped, so that its card can no longer be charged.
    """
    session.extra["pending"] = None
    sandbox.store.save(session)
    scope, now = scope_of(session), sandbox.clock.now()
    intent = sandbox.get("payment_intent", scope, session.obj["payment_intent"] or "")
    if intent is None:
        obj = intent_object(session.obj, session.extra["intent_data"], now)
        intent = sandbox.add("payment_intent", scope, obj, session=session.id)
        session.obj["payment_intent"] = intent.id
        emit(sandbox, scope, "payment_intent.created", obj)
    method = method_object(payer, scope.livemode, now)
    sandbox.add("payment_method", scope, method)
    return Attempt(session, scope, intent, payer, method)


def _require_action(sandbox: Sandbox, attempt: Attempt) -> None:
    """Send the payer to another page first: 3-D Secure, a bank or a wallet."""
    url = attempt.session.obj["url"]
    attempt.intent.obj |= {
        "status": "requires_action",
        "payment_method": attempt.method["id"],
        "next_action": {
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": url, "url": f"{url}/authorise"},
        },
    }
    sandbox.store.save(attempt.intent)
    payer = attempt.payer
    pending: Json = {
        "email": payer.email,
        "name": payer.name,
        "method": payer.method,
        "pm": attempt.method["id"],
        "bank": payer.bank,
    }
    if payer.entry is not None:
        pending["card"] = {
            "number": payer.entry.number,
            "month": payer.entry.exp_month,
            "year": payer.entry.exp_year,
        }
    attempt.session.extra["pending"] = pending
    sandbox.store.save(attempt.session)
    emit(sandbox, attempt.scope, "payment_intent.requires_action", attempt.intent.obj)


def pending_attempt(sandbox: Sandbox, session: Record) -> Attempt | None:
    """The attempt that waits for its answer on the authorise page, if any."""
    pending = session.extra.get("pending")
    scope = scope_of(session)
    intent = sandbox.get("payment_intent", scope, session.obj["payment_intent"] or "")
    if pending is None or intent is None:
        return None
    method = sandbox.get("payment_method", scope, pending["pm"])
    if method is None:
        return None
    entry = None
    if "card" in pending:
        card = pending["card"]
        number = card["number"]
        entry = cards.CardEntry(
            number,
            card["month"],
            card["year"],
            cards.CARDS[number],
            cards.brand_of(number),
        )
    country = sandbox.accounts.get(session.account).obj["country"]
    bank = pending.get("bank", USUAL_BANK)
    payer = Payer(pending["email"], pending["name"], country, pending["method"], entry, bank)
    return Attempt(session, scope, intent, payer, method.obj)


def answer_action(
    sandbox: Sandbox,
    session: Record,
    authorised: bool,
    delayed: str | None = "succeed",
    seconds: int | None = None,
    expired: bool = False,
) -> Outcome:
    """The payer came back from 3-D Secure, the bank or the wallet; or never did, and the attempt has `expired`.

    For the delayed method `delayed` says how it ends (`succeed`, `fail`, None = undecided) and `seconds` when.
    """
    closed = closed_outcome(session)
    if closed is not None:
        return closed
    attempt = pending_attempt(sandbox, session)
    if attempt is None:
        return _invalid("intent_invalid_state", "method", "There is nothing to authorise.")
    session.extra["pending"] = None
    attempt.intent.obj["next_action"] = None
    account = sandbox.accounts.get(session.account)
    if expired or not authorised or not may_take(account, attempt.payer.method):
        return _fail_action(sandbox, attempt, expired)
    if attempt.payer.method == "customer_balance":
        return _start_delayed(sandbox, attempt, delayed, seconds)
    entry = attempt.payer.entry
    if entry is not None and entry.card.code is not None:
        return _decline(sandbox, attempt, authenticated=True)
    return _succeed(sandbox, attempt, authenticated=entry is not None)


def _fail_action(sandbox: Sandbox, attempt: Attempt, expired: bool) -> Outcome:
    """The payer failed 3-D Secure or the bank's page: no charge is made and the session stays open."""
    if expired:
        code = "payment_intent_payment_attempt_expired"
        message = "The payment attempt expired. Please try again or choose a different payment method."
    elif attempt.payer.entry is not None:
        code = "payment_intent_authentication_failure"
        message = (
            "We are unable to authenticate your payment method. Please choose a different payment method and "
            "try again."
        )
    else:
        code = "payment_intent_payment_attempt_failed"
        message = "The payment attempt failed. Please try again or choose a different payment method."
    error = other_error(code, message, attempt.method)
    _fail_intent(sandbox, attempt, error)
    return Outcome("declined", error)


def _fail_intent(sandbox: Sandbox, attempt: Attempt, error: Json, charge: str | None = None) -> None:
    attempt.intent.obj |= {
        "status": "requires_payment_method",
        "last_payment_error": error,
        "payment_method": None,
        "next_action": None,
        "latest_charge": charge or attempt.intent.obj["latest_charge"],
    }
    sandbox.store.save(attempt.intent)
    sandbox.store.save(attempt.session)
    emit(sandbox, attempt.scope, "payment_intent.payment_failed", attempt.intent.obj)


def _charge(sandbox: Sandbox, attempt: Attempt, authenticated: bool) -> Record:
    account = sandbox.accounts.get(attempt.scope.account).obj
    descriptor = account["settings"]["payments"]["statement_descriptor"]
    obj = charge_object(
        attempt.intent.obj, attempt.method, attempt.payer, descriptor, authenticated, sandbox.clock.now()
    )
    card = attempt.payer.entry.card if attempt.payer.entry is not None else cards.Card()
    return sandbox.add(
        "charge", attempt.scope, obj, refund=card.refund, now=card.available_now, session=attempt.session.id
    )


def _decline(sandbox: Sandbox, attempt: Attempt, authenticated: bool) -> Outcome:
    entry = attempt.payer.entry
    if entry is None:
        raise ValueError("only cards are declined")
    charge = _charge(sandbox, attempt, authenticated)
    error = decline_error(entry, charge.id, attempt.method)
    charge.obj |= {
        "status": "failed",
        "failure_code": error["code"],
        "failure_message": error["message"],
        "outcome": declined_outcome(entry),
    }
    emit(sandbox, attempt.scope, "charge.failed", charge.obj)
    _fail_intent(sandbox, attempt, error, charge.id)
    return Outcome("declined", error)


def _succeed_charge(sandbox: Sandbox, attempt: Attempt, charge: Record) -> None:
    """Charge and PaymentIntent succeed; the balance transaction follows later (`automatic_async`)."""
    charge.obj |= {
        "status": "succeeded",
        "paid": True,
        "captured": True,
        "amount_captured": charge.obj["amount"],
        "outcome": authorized_outcome(attempt.payer),
        "receipt_url": f"https://pay.stripe.com/receipts/payment/{charge.id}",
    }
    sandbox.store.save(charge)
    attempt.intent.obj |= {
        "status": "succeeded",
        "amount_received": charge.obj["amount"],
        "last_payment_error": None,
        "latest_charge": charge.id,
        "payment_method": attempt.method["id"],
        "next_action": None,
        "processing": None,
    }
    sandbox.store.save(attempt.intent)
    emit(sandbox, attempt.scope, "charge.succeeded", charge.obj)
    emit(sandbox, attempt.scope, "payment_intent.succeeded", attempt.intent.obj)
    at = sandbox.clock.exact() + sandbox.settings.balance_seconds
    sandbox.timers.add("balance_charge", at, charge=charge.id)


def _succeed(sandbox: Sandbox, attempt: Attempt, authenticated: bool) -> Outcome:
    charge = _charge(sandbox, attempt, authenticated)
    _succeed_charge(sandbox, attempt, charge)
    event = _complete(sandbox, attempt.session, attempt.payer, "paid")
    entry = attempt.payer.entry
    if entry is not None and entry.card.dispute is not None:
        open_dispute(sandbox, charge, entry.card.dispute)
    if entry is not None and entry.card.warned:
        warn_of_fraud(sandbox, charge)
    if entry is not None and entry.card.risk == "elevated":
        open_review(sandbox, charge)
    return Outcome("paid", event=event)


def _complete(sandbox: Sandbox, session: Record, payer: Payer, payment_status: str) -> str:
    session.obj |= {
        "status": "complete",
        "payment_status": payment_status,
        "url": None,
        "customer_details": customer_details(payer.email, payer.name, payer.country),
    }
    sandbox.store.save(session)
    return emit(sandbox, scope_of(session), "checkout.session.completed", session.obj).id


def _start_delayed(sandbox: Sandbox, attempt: Attempt, delayed: str | None, seconds: int | None) -> Outcome:
    """A delayed payment: the session is complete, whether the money arrives is known later."""
    charge = _charge(sandbox, attempt, authenticated=False)
    attempt.intent.obj |= {
        "status": "processing",
        "latest_charge": charge.id,
        "payment_method": attempt.method["id"],
        "last_payment_error": None,
    }
    sandbox.store.save(attempt.intent)
    emit(sandbox, attempt.scope, "charge.pending", charge.obj)
    emit(sandbox, attempt.scope, "payment_intent.processing", attempt.intent.obj)
    # Stored, because the result may arrive after a restart.
    attempt.session.extra["delayed"] = {
        "charge": charge.id,
        "email": attempt.payer.email,
        "name": attempt.payer.name,
    }
    event = _complete(sandbox, attempt.session, attempt.payer, "unpaid")
    if delayed is not None:
        wait = sandbox.settings.async_result_seconds if seconds is None else seconds
        at = sandbox.clock.exact() + wait
        sandbox.timers.add("async_result", at, session=attempt.session.id, result=delayed)
    return Outcome("processing", event=event)


def finish_delayed(sandbox: Sandbox, session: str, result: str) -> bool:
    """A delayed payment succeeds (`succeed`) or fails; False when the session has none that is waiting."""
    record = sandbox.store.find("session", session)
    delayed = record.extra.get("delayed") if record is not None else None
    if record is None or not delayed:
        return False
    scope = scope_of(record)
    charge = sandbox.get("charge", scope, delayed["charge"])
    intent = sandbox.get("payment_intent", scope, record.obj["payment_intent"] or "")
    if charge is None or intent is None:
        return False
    method = sandbox.get("payment_method", scope, charge.obj["payment_method"])
    country = sandbox.accounts.get(scope.account).obj["country"]
    payer = Payer(delayed["email"], delayed["name"], country, "customer_balance")
    attempt = Attempt(record, scope, intent, payer, method.obj if method else {})
    record.extra["delayed"] = None
    if result == "succeed":
        _succeed_charge(sandbox, attempt, charge)
        record.obj["payment_status"] = "paid"
    else:
        _fail_delayed(sandbox, attempt, charge)
    sandbox.store.save(record)
    name = "async_payment_succeeded" if result == "succeed" else "async_payment_failed"
    emit(sandbox, scope, f"checkout.session.{name}", record.obj)
    return True


def _fail_delayed(sandbox: Sandbox, attempt: Attempt, charge: Record) -> None:
    message = "The payment failed."
    charge.obj |= {
        "status": "failed",
        "failure_code": "payment_intent_payment_attempt_failed",
        "failure_message": message,
    }
    sandbox.store.save(charge)
    emit(sandbox, attempt.scope, "charge.failed", charge.obj)
    error = other_error("payment_intent_payment_attempt_failed", message, attempt.method)
    error["charge"] = charge.id
    _fail_intent(sandbox, attempt, error, charge.id)


def add_balance_transaction(sandbox: Sandbox, charge: str) -> None:
    """Add the charge's balance transaction, with its event `charge.updated`."""
    record = sandbox.store.find("charge", charge)
    if record is None or record.obj["balance_transaction"] is not None:
        return
    scope = scope_of(record)
    obj = add_movement(
        sandbox,
        scope,
        charge,
        record.obj["amount"],
        record.obj["currency"],
        "charge",
        available_now=bool(record.extra.get("now")),
    )
    record.obj["balance_transaction"] = obj["id"]
    sandbox.store.save(record)
    emit(sandbox, scope, "charge.updated", record.obj, previous={"balance_transaction": None})
