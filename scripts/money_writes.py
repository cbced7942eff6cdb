"""Finds writes to the status of orders, payments and refunds in a module's syntax tree.

Types are guessed from names (`order`, `late_payments`, `Refund.objects`), annotations and simple assignments.
That catches usual code, but not a write that is hidden on purpose.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

_CLASSES = frozenset({"Order", "Payment", "Refund"})
_WORDS = frozenset({"order", "orders", "payment", "payments", "refund", "refunds"})
_MANAGERS = frozenset({"objects", "_default_manager", "_base_manager"})
_SAVES = frozenset({"save", "asave"})
_UPDATES = frozenset({"update", "aupdate"})
_BULK_WRITES = frozenset({"bulk_update", "abulk_update", "update_or_create", "aupdate_or_create"})


def money_writes(tree: ast.AST) -> list[tuple[int, str]]:
    """(line, description) of each such write, in order."""
    visitor = _Visitor()
    visitor.visit(tree)
    return sorted(visitor.found)


def _is_money_word(name: str) -> bool:
    """The last word counts: `old_order` is an order, `order_event` and `OrderEvent` are events."""
    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name.removesuffix("_set").replace("_", " "))
    return bool(words) and words[-1].lower() in _WORDS


def _links(node: ast.expr) -> Iterator[tuple[str, bool]]:
    """The names in an attribute chain, last one first, and whether each is called; without arguments.

    `Order.objects.filter(x)` gives (filter, True), (objects, False), (Order, False).
    """
    called = False
    while True:
        match node:
            case ast.Attribute():
                yield node.attr, called
                node, called = node.value, False
            case ast.Call():
                node, called = node.func, True
            case ast.Subscript() | ast.Await():
                node = node.value
            case ast.Name():
                yield node.id, called
                return
            case _:
                return


def _names_in(annotation: ast.expr) -> Iterator[str]:
    for part in ast.walk(annotation):
        match part:
            case ast.Name():
                yield part.id
            case ast.Attribute():
                yield part.attr
            case ast.Constant(value=str(text)):
                yield from re.findall(r"\w+", text)


def _annotated_as_money(annotation: ast.expr | None) -> bool:
    return annotation is not None and not _CLASSES.isdisjoint(_names_in(annotation))


def _is_insert(save: ast.Call) -> bool:
    """An insert cannot change an existing row's status: it fails if the row exists."""
    return any(k.arg == "force_insert" and ast.unparse(k.value) == "True" for k in save.keywords)


class _Visitor(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []
        self._known: set[str] = (
            set()
        )  # names in this scope that hold such rows, from annotations and assignments
        self._function: ast.AST = ast.Module([], [])

    def _is_money(self, node: ast.expr) -> bool:
        """Whether a value is such a row, or a query for such rows."""
        links = list(_links(node))
        if not links:
            return False
        # `payment.refunds.filter(...)` is about refunds, `payment.events.all()` about events: the last name
        # that is neither a call nor a manager. `load_order(...)` has only its own name.
        plain = [name for name, called in links if not called and name not in _MANAGERS]
        subjects = {links[0][0], plain[0] if plain else links[-1][0]}
        return any(name in self._known or _is_money_word(name) for name in subjects)

    def _report(self, node: ast.expr, what: str) -> None:
        self.found.append((node.lineno, what))

    def _assigned(self, target: ast.expr, value: ast.expr | None) -> None:
        if isinstance(target, ast.Attribute) and target.attr == "status" and self._is_money(target.value):
            self._report(target, f"assigns {ast.unparse(target)}")
        # An attribute of an order (such as its total) is not an order.
        is_part = isinstance(value, ast.Attribute) and not _is_money_word(value.attr)
        if isinstance(target, ast.Name) and value is not None and not is_part and self._is_money(value):
            self._known.add(target.id)

    def _scope(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        outer = self._known, self._function
        self._known, self._function = set(self._known), node
        self.generic_visit(node)
        self._known, self._function = outer

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = _scope

    def _may_hold_status(self, keyword: ast.keyword) -> bool:
        """Whether `**columns` is a parameter, or is used in a function that contains the string "status"."""
        if keyword.arg is not None:
            return False
        parts = list(ast.walk(self._function))
        parameters = {part.arg for part in parts if isinstance(part, ast.arg)}
        named = isinstance(keyword.value, ast.Name) and keyword.value.id in parameters
        return named or any(isinstance(part, ast.Constant) and part.value == "status" for part in parts)

    def visit_arg(self, node: ast.arg) -> None:
        if _annotated_as_money(node.annotation):
            self._known.add(node.arg)

    def visit_For(self, node: ast.For) -> None:
        self._assigned(node.target, node.iter)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._assigned(target, node.value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if isinstance(node.target, ast.Name) and _annotated_as_money(node.annotation):
            self._known.add(node.target.id)
        self._assigned(node.target, node.value)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute) and self._is_money(node.func.value):
            verb = node.func.attr
            sets_status = any(k.arg == "status" or self._may_hold_status(k) for k in node.keywords)
            if (verb in _SAVES and not _is_insert(node)) or verb in _BULK_WRITES:
                self._report(node, f"calls {ast.unparse(node.func)[:70]}()")
            elif verb in _UPDATES and sets_status:
                self._report(node, f"calls {ast.unparse(node.func)[:70]}(status=...)")
        self.generic_visit(node)
