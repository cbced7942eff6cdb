"""All URLs, read from the URL resolver."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def all_routes() -> list[str]:
    """All routes, with the prefixes of their includes."""
    return sorted(set(_below(get_resolver(), "")))


def _below(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern).removeprefix("^").removesuffix("$")
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from _below(entry, route)


def names_in(route: str) -> list[str]:
    """The names of a route's parameters: both `<uuid:order_id>` and `(?P<key>.+)`."""
    return re.findall(r"<(?:\w+:)?(\w+)>", route)


def filled(route: str, values: dict[str, str]) -> str:
    """The URL with values for its parameters."""
    plain = re.sub(r"\(\?P(<\w+>)[^()]*\)", r"\1", route)
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: values[part[1]], plain)
