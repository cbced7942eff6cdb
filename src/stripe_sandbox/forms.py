"""Stripe's bracket form: `a[b][0]=x` and `a[]=x` into a tree of dicts and strings."""

import re
import urllib.parse

from stripe_sandbox.errors import invalid

Tree = dict[str, "Tree | str"]

# No parameter of Stripe's lies deeper than a few levels; what walks the tree does so by calling itself.
DEEPEST = 20

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def bracket_tree(text: str) -> Tree:
    """Decode a form body or query. Lists stay dicts keyed by index: only the parameter's type knows better.

    Raises StripeError (400) for a name that is not of this form, nested too deeply, or used both as a value and
    as a container.
    """
    root: Tree = {}
    for name, value in urllib.parse.parse_qsl(text, keep_blank_values=True):
        if name.count("[") > DEEPEST:
            message = f"Invalid request parameter: nested more than {DEEPEST} levels deep."
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
