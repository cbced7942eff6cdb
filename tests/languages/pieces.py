"""Finds sentences that code joins from translated parts, which translators cannot reorder."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

GETTEXT = {
    "_",
    "gettext",
    "gettext_lazy",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
    "npgettext",
}

_TRANSLATED = re.compile(
    r"\{%\s*(?:translate|trans)\s.*?%\}|\{%\s*blocktrans(?:late)?\b.*?\{%\s*endblocktrans(?:late)?\s*%\}",
    re.S,
)
_STORED = re.compile(r"\{%\s*(?:translate|trans)\s[^%]*\sas\s+\w+\s*%\}")
_WHOLE = re.compile(r"\{%\s*(?:translate|trans)\s+[\"'][^%]*[.:?!…][\"']\s*%\}")
_SILENT = re.compile(r"\{%.*?%\}|\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}", re.S)
_VARIABLE = re.compile(r"\{\{.*?\}\}", re.S)
_INSIDE_A_LINE = re.compile(r"</?(?:b|i|em|strong|code|a(?![^<>]*\bclass=))(?:\s[^<>]*)?>")
_BETWEEN = re.compile(r"\s*(?:·|:|—|\||\+)\s*|\s*\n\s*")
"""Separators between texts that do not form one sentence."""


def pieces_of_python(source: str) -> Iterator[tuple[int, str]]:
    """The line and reason of every joined sentence in a module."""
    tree = ast.parse(source)
    scopes: list[ast.AST] = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for scope in scopes or [tree]:
        texts = _names_of_texts(scope)
        for node in ast.walk(scope):
            reason = _joined(node, texts)
            if reason:
                yield getattr(node, "lineno", 0), reason
    for node in ast.walk(tree):
        if _is_gettext(node) and any(_has_outer_space(argument) for argument in node.args):  # type: ignore[attr-defined]
            yield node.lineno, "begins or ends with a space"  # type: ignore[attr-defined]


def _names_of_texts(scope: ast.AST) -> set[str]:
    """The names of variables with a translated text."""
    texts: set[str] = set()
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and _is_text(node.value, texts):
            texts |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return texts


def _is_gettext(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in GETTEXT


def _is_text(node: ast.AST, texts: set[str]) -> bool:
    """Whether an expression is a translated text, with or without values filled in."""
    match node:
        case ast.Name(id=name):
            return name in texts
        case ast.BinOp(left=left, op=ast.Mod()):
            return _is_text(left, texts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _is_text(left, texts) or _is_text(right, texts)
        case ast.IfExp(body=body, orelse=orelse):
            return _is_text(body, texts) or _is_text(orelse, texts)
        case ast.BoolOp(values=values):
            return any(_is_text(value, texts) for value in values)
        case ast.JoinedStr(values=values):
            return any(isinstance(v, ast.FormattedValue) and _is_text(v.value, texts) for v in values)
    return _is_gettext(node)


def _joined(node: ast.AST, texts: set[str]) -> str:
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right) if _is_text(left, texts) or _is_text(
            right, texts
        ):
            return "joined with +"
        case ast.JoinedStr() if _is_text(node, texts):
            return "a translated text inside an f-string"
        case ast.BinOp(left=left, op=ast.Mod(), right=right) if _is_text(left, texts):
            filled = right.values if isinstance(right, ast.Dict) else [right]
            if any(_is_text(value, texts) for value in filled):
                return "a translated text filled into another"
        case ast.Call(func=ast.Attribute(attr="join", value=glue), args=[words]):
            if _is_text(glue, texts) or any(_is_gettext(inner) for inner in ast.walk(words)):
                return "translated texts joined to a list"
    return ""


def _has_outer_space(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value != node.value.strip(" ")
    )


def pieces_of_template(source: str) -> Iterator[tuple[int, str]]:
    """The line and text of every translated text that is only a part of a sentence."""
    marked = _STORED.sub(lambda found: "\x02" + "\n" * found[0].count("\n"), source)
    marked = _WHOLE.sub("\x01:", marked)
    marked = _TRANSLATED.sub(lambda found: "\x01" + "\n" * found[0].count("\n"), marked)
    marked = _SILENT.sub(lambda found: "\x02" + "\n" * found[0].count("\n"), marked)
    marked = _VARIABLE.sub("\x03", marked)
    marked = _INSIDE_A_LINE.sub("", marked)
    for found in re.finditer(r'[^<>"]+', marked):
        for part in _BETWEEN.split(found[0].replace("\x02", "\n")):
            # Visible content beside the translated text: a word, a value or another text.
            if "\x01" in part and re.search(r"[^\W\d_]|\x03|\x01", part.replace("\x01", "", 1)):
                yield source_line(marked, found.start()), part.replace("\x01", "T").replace("\x03", "{{}}")


def source_line(text: str, at: int) -> int:
    """The line number of an offset in a text."""
    return text.count("\n", 0, at) + 1
