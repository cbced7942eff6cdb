"""Stripe's error answers, and the sandbox's own for its control API."""

from typing import Any

_DOC = "https://stripe.com/docs/error-codes/"


class StripeError(Exception):
    """An answer other than 200.

    `executed`: the call had begun its work, so its answer is kept under its Idempotency-Key, as Stripe does.
    Errors of authentication, permissions and parameters are not kept.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        executed: bool = False,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.executed = executed
        self.headers = headers or {}
        error: dict[str, Any] = {"message": message, "type": type}
        if code is not None:
            error["code"] = code
            error["doc_url"] = _DOC + code.replace("_", "-")
        if param is not None:
            error["param"] = param
        self.body: dict[str, Any] = {"error": error}


def missing_object(noun: str, object_id: str, param: str, status: int = 404) -> StripeError:
    """Stripe's `resource_missing`; `noun` as Stripe names the kind, e.g. `checkout.session`."""
    return StripeError(status, f"No such {noun}: '{object_id}'", code="resource_missing", param=param)


def invalid(message: str, param: str | None, code: str | None = None) -> StripeError:
    """A 400 about one parameter."""
    return StripeError(400, message, code=code, param=param)


def unknown_address(method: str, path: str) -> StripeError:
    """The 404 for an address Stripe does not know."""
    message = (
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at "
        "https://support.stripe.com/."
    )
    return StripeError(404, message)


def unsupported(param: str) -> StripeError:
    """Refuse a parameter that exists at Stripe but is not implemented here, instead of ignoring it."""
    message = f"The sandbox does not implement `{param}`; Stripe does."
    return StripeError(400, message, code="sandbox_unsupported", param=param)


class ControlError(Exception):
    """A control call that cannot be answered: `status` is 400, or 404 for an unknown object."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
