"""Stripe's form encoding: `a[b][0]=x` and `a[]=x` become a tree of dicts and strings."""

import re
import urllib.parse

from stripe_sandbox.errors import invalid

Tree = dict[str, "Tree | str"]

# Stripe's own parameters have a few levels only. The tree is read recursively, so its depth must have a limit.
MAX_DEPTH = 20

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def bracket_tree(text: str) -> Tree:
    """Decode a form body or query. Lists stay dicts keyed by index; the type of the parameter turns them into lists.

    Raises StripeError (400) for a name that is not of this form, nested too deeply, or used both as a value and
    as a container.
    """
    root: Tree = {}
    for name, value in urllib.parse.parse_qsl(text, keep_blank_values=True):
        if name.count("[") > MAX_DEPTH:
            message = f"Invalid request parameter: nested more than {MAX_DEPTH} levels deep."
            raise invalid(message, name.partition("[")[0])
        match = _NAME.fullmatch(name)
        if not match:
            raise invalid(f"Invalid request parameter name: {name}", name)
        parts = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        _put(root, parts, value, name)
    return root


def _put(root: Tree, parts: list[str], value: str, name: str) -> None:
    node = root
    for step, part in enumerate(parts):
        key = part or str(len(node))
        if step == len(parts) - 1:
            if isinstance(node.get(key), dict):
                raise invalid(f"Invalid request parameter: {name}", name)
            node[key] = value
            return
        child = node.setdefault(key, {})
        if not isinstance(child, dict):
            raise invalid(f"Invalid request parameter: {name}", name)
        node = child


def bracket_name(location: tuple[int | str, ...]) -> str:
    """`("line_items", 0, "price_data")` → `line_items[0][price_data]`."""
    first, *rest = [str(part) for part in location]
    return first + "".join(f"[{part}]" for part in rest)
