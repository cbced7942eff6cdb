"""Field types of request parameters, with Stripe's limits and error messages."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

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
# An empty value unsets its key: dropped on creation, kept on update for `merge_metadata`.
Metadata = Annotated[dict[str, str], BeforeValidator(_metadata), AfterValidator(_without_empty)]
MetadataUpdate = Annotated[dict[str, str], BeforeValidator(_metadata)]
AsList = BeforeValidator(_listed)
Texts = Annotated[list[Text], AsList]


class Params(BaseModel):
    """Base of all parameter models: an unknown name is an error, nested ones included."""

    model_config = ConfigDict(extra="forbid")


class Expandable(Params):
    """Parameters of a call whose answer can be expanded."""

    expand: Texts = []


def merge_metadata(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Stripe's update: given keys replace, an empty value removes, an empty map clears."""
    if not new:
        return {}
    return {key: value for key, value in {**old, **new}.items() if value != ""}
