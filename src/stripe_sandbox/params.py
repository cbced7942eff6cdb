"""Reads parameters by a pydantic model and turns its complaints into Stripe's 400s."""

import re
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from stripe_sandbox.errors import StripeError, invalid
from stripe_sandbox.forms import bracket_tree
from stripe_sandbox.money import CURRENCIES


def read_integer(value: Any) -> int:
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value):
        return int(value)
    raise PydanticCustomError("parameter_invalid_integer", "Invalid integer: {value}", {"value": str(value)})


def _boolean(value: Any) -> bool:
    if value in ("true", "false"):
        return bool(value == "true")
    raise PydanticCustomError("boolean", "Invalid boolean: {value}", {"value": str(value)})


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise PydanticCustomError("string", "Invalid string: {value}", {"value": str(value)})
    if value == "":
        message = (
            "You passed an empty string. We assume empty values are an attempt to unset a parameter; "
            "this parameter cannot be unset. Remove it from your request or supply a non-empty value."
        )
        raise PydanticCustomError("parameter_invalid_empty", message)
    return value


def _listed(value: Any) -> list[Any]:
    if value == "":
        return []
    if not isinstance(value, dict):
        raise PydanticCustomError("array", "Invalid array")
    order = sorted(value, key=lambda k: (not k.isdecimal(), int(k) if k.isdecimal() else 0))
    return [value[key] for key in order]


def _metadata(value: Any) -> dict[str, str]:
    """Stripe's limits: 50 keys of 40 characters, values of 500."""
    if value == "":
        return {}
    if not isinstance(value, dict):
        raise PydanticCustomError("object", "Invalid object")
    if len(value) > 50:
        raise PydanticCustomError("metadata", "Metadata can have up to 50 keys.")
    for key, text in value.items():
        if not isinstance(text, str):
            raise PydanticCustomError("metadata", "Metadata values must be strings.")
        if len(key) > 40:
            raise PydanticCustomError(
                "metadata", "Metadata keys can be at most 40 characters: {k}", {"k": key}
            )
        if len(text) > 500:
            message = "Metadata values can have up to 500 characters, but you passed in a value for {k} that is longer."
            raise PydanticCustomError("metadata", message, {"k": key})
    return dict(value)


def _without_empty(value: dict[str, str]) -> dict[str, str]:
    return {key: text for key, text in value.items() if text != ""}


def _currency(value: Any) -> str:
    text = str(value).lower()
    if text not in CURRENCIES:
        raise PydanticCustomError("currency", "Invalid currency: {value}.", {"value": str(value)})
    return text


def _url(value: Any) -> str:
    text = _text(value)
    if not re.match(r"https?://[^\s/]+", text) or len(text) > 5000:
        raise PydanticCustomError("url_invalid", "Not a valid URL")
    return text


def _email(value: Any) -> str:
    text = _text(value)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) or len(text) > 800:
        raise PydanticCustomError("email_invalid", "Invalid email address: {value}", {"value": text})
    return text


Int = Annotated[int, BeforeValidator(read_integer)]
Bool = Annotated[bool, BeforeValidator(_boolean)]
Text = Annotated[str, BeforeValidator(_text), Field(max_length=5000)]
Text200 = Annotated[str, BeforeValidator(_text), Field(max_length=200)]
Currency = Annotated[str, BeforeValidator(_currency)]
Url = Annotated[str, BeforeValidator(_url)]
Email = Annotated[str, BeforeValidator(_email)]
# An empty value unsets its key: nothing to keep on creation, something to do on update.
Metadata = Annotated[dict[str, str], BeforeValidator(_metadata), AfterValidator(_without_empty)]
MetadataUpdate = Annotated[dict[str, str], BeforeValidator(_metadata)]
AsList = BeforeValidator(_listed)
Texts = Annotated[list[Text], AsList]


class Params(BaseModel):
    """Base of all parameter models: an unknown name is an error at every depth."""

    model_config = ConfigDict(extra="forbid")


class Expandable(Params):
    expand: Texts = []


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


def bracket_name(location: tuple[int | str, ...]) -> str:
    """`("line_items", 0, "price_data")` → `line_items[0][price_data]`."""
    first, *rest = [str(part) for part in location]
    return first + "".join(f"[{part}]" for part in rest)


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
