"""Tells what a file is that is called .ipynb and is no notebook."""

import re
from json import JSONDecodeError
from typing import Any

from grader.model import Place
from grader.unreadable import Unreadable

_PROGRAM = re.compile(r"^(#!.*python|(import|from|def|class|async def)\s+\w|@\w|if __name__\b)", re.MULTILINE)
_CONFLICT = re.compile(r"^(<{7}|>{7})(?= |$)", re.MULTILINE)
#: A link on a line of its own, or a shortcut file of Windows or Linux.
_LINK = re.compile(r"(https?://\S+|\[(InternetShortcut|Desktop Entry)\].*)\s*", re.DOTALL | re.IGNORECASE)
#: What the files say that Google Drive leaves on a disk in place of a document.
_LINK_KEYS = {"url", "doc_id", "resource_key"}
#: Where a file is cut off, the word or the escape that its JSON breaks at begins this close to its end.
_NEAR_END = 10


def not_json(problem: JSONDecodeError) -> Unreadable:
    """Says what a text is that is no JSON.

    Args:
        problem: the text, which is not blank, and where and how its JSON ends.
    """
    text, start = problem.doc, problem.doc.lstrip()
    conflict = _CONFLICT.search(text)
    if conflict and start.startswith(("{", "[", "<<<<<<<")):  # inside a cell no line begins like that
        line = text.count("\n", 0, conflict.start()) + 1
        return Unreadable("notebook-conflict", {"line": line}, _place(text, line))
    if start.startswith("<") or _LINK.fullmatch(start):
        return Unreadable("notebook-is-page")
    if not start.startswith(("{", "[")):
        return Unreadable("notebook-is-program") if _PROGRAM.search(text) else _no_notebook("it is some other text")
    if _is_cut_off(problem):
        return Unreadable("notebook-cut-off")
    fields: dict[str, object] = {"error": problem.msg, "line": problem.lineno}
    return Unreadable("notebook-damaged", fields, _place(text, problem.lineno))


def _is_cut_off(problem: JSONDecodeError) -> bool:
    text = problem.doc.rstrip()
    if problem.msg.startswith("Unterminated string") or problem.pos >= len(text):
        return True
    return problem.pos >= len(text) - _NEAR_END and not text.endswith("}")


def of_other_kind(document: Any) -> Unreadable | None:
    """Says what a JSON document is that is no notebook.

    Args:
        document: anything that JSON can say.

    Returns:
        What it is, or None where it has cells.
    """
    if not isinstance(document, dict):
        return _no_notebook("it holds no cells")
    if "cells" in document or "worksheets" in document:
        return None
    return Unreadable("notebook-is-page") if _LINK_KEYS & set(document) else _no_notebook("it holds no cells")


def _no_notebook(error: str) -> Unreadable:
    return Unreadable("no-notebook", {"error": error})


def _place(text: str, line: int) -> Place:
    return Place(line=line, text=text.split("\n")[line - 1].strip()[:200])
