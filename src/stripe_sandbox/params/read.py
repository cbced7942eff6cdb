"""Read a request's form into a parameter model; pydantic's errors become Stripe's 400s."""

from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from stripe_sandbox.errors import StripeError, invalid
from stripe_sandbox.params.fields import Params
from stripe_sandbox.params.form import bracket_name, bracket_tree

P = TypeVar("P", bound=Params)


def read_params(model: type[P], form: str) -> P:
    """The call's parameters, typed.

    Raises StripeError 400 with `param` in bracket form for the first unknown, missing or ill-typed one.
    """
    tree = bracket_tree(form)
    if "payment_method_types" in tree and "mode" in model.model_fields:
        message = (
            "The `payment_method_types` parameter is no longer supported. Use dynamic payment methods, "
            "`allowed_payment_method_types` or `excluded_payment_method_types`."
        )
        raise invalid(message, "payment_method_types", "payment_method_types_no_longer_supported")
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        # Every unknown name is reported before anything else, as Stripe does.
        found = sorted(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
        raise _answer(found[0]) from error


_OWN_CODES = {"parameter_invalid_integer", "parameter_invalid_empty", "url_invalid", "email_invalid"}


def _answer(error: ErrorDetails) -> StripeError:
    param, kind = bracket_name(error["loc"]), error["type"]
    if kind == "extra_forbidden":
        return invalid(f"Received unknown parameter: {param}", param, "parameter_unknown")
    if kind == "missing":
        return invalid(f"Missing required param: {param}.", param, "parameter_missing")
    if kind == "literal_error":
        expected = error["ctx"]["expected"].replace("'", "")
        return invalid(f"Invalid {param}: must be one of {expected}", param)
    if kind == "string_too_long":
        limit = error["ctx"]["max_length"]
        return invalid(f"Invalid string: must be at most {limit} characters", param)
    if kind == "too_long":
        limit, counted = (
            error["ctx"]["max_length"],
            "characters" if isinstance(error["input"], str) else "items",
        )
        return invalid(f"Invalid value: must have at most {limit} {counted}", param)
    if kind == "model_type":
        return invalid("Invalid object", param)
    return invalid(error["msg"], param, kind if kind in _OWN_CODES else None)
