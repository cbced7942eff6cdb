"""Idempotency keys: answers kept for each account and mode, for 24 hours of the sandbox's clock."""

import json
from dataclasses import dataclass

from stripe_sandbox.accounts import Scope
from stripe_sandbox.clock import Clock
from stripe_sandbox.errors import StripeError, invalid
from stripe_sandbox.store import Json, Record, Store

DAY = 86400
LONGEST = 255


@dataclass(frozen=True)
class Stored:
    """An answer that is repeated unchanged."""

    status: int
    body: Json
    request_id: str


class Idempotency:
    """Answers by key; a key is in flight while its first call is running."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._in_flight: dict[str, str] = {}

    @staticmethod
    def _id(scope: Scope, key: str) -> str:
        return f"{scope.account}:{'live' if scope.livemode else 'test'}:{key}"

    def begin(self, scope: Scope, key: str, path: str, tree: Json) -> Stored | None:
        """The stored answer, or None for a new key, which is then in flight until `end`.

        Raises StripeError: 400 for a key that is too long, that was used with other parameters or another
        endpoint, 409 for one that is in flight.
        """
        if len(key) > LONGEST:
            raise invalid(f"Idempotency keys can be at most {LONGEST} characters.", None)
        name, parameters = self._id(scope, key), json.dumps(tree, sort_keys=True)
        record = self._store.find("idempotency", name)
        if record is not None and record.created + DAY <= self._clock.now():
            self._store.remove(record)
            record = None
        if record is not None:
            self._compare(record, key, path, parameters)
            facts = record.extra
            return Stored(facts["status"], facts["body"], facts["request_id"])
        if name in self._in_flight:
            raise _in_use(key)
        self._in_flight[name] = path
        return None

    def _compare(self, record: Record, key: str, path: str, parameters: str) -> None:
        if record.extra["path"] != path:
            message = (
                "Keys for idempotent requests can only be used for the same endpoint they were first used for "
                f"('{path}' vs '{record.extra['path']}'). Try using a key other than '{key}' if you meant to "
                "execute a different request."
            )
            raise StripeError(400, message, type="idempotency_error")
        if record.extra["parameters"] != parameters:
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were first used "
                f"with. Try using a key other than '{key}' if you meant to execute a different request."
            )
            raise StripeError(400, message, type="idempotency_error")

    def end(self, scope: Scope, key: str) -> None:
        """The key is no longer in flight, whether its answer was kept or not."""
        self._in_flight.pop(self._id(scope, key), None)

    def keep(self, scope: Scope, key: str, path: str, tree: Json, stored: Stored) -> None:
        """Store the first answer."""
        extra = {
            "path": path,
            "parameters": json.dumps(tree, sort_keys=True),
            "status": stored.status,
            "body": stored.body,
            "request_id": stored.request_id,
        }
        name, now = self._id(scope, key), self._clock.now()
        self._store.add(Record("idempotency", name, scope.account, scope.livemode, now, {}, extra))


def _in_use(key: str) -> StripeError:
    message = (
        "There is currently another in-progress request using this Idempotent Key (that probably means you "
        f"submitted twice, and the other request is still going through): {key}. Please try again later."
    )
    return StripeError(409, message, type="idempotency_error", code="idempotency_key_in_use")
