"""Reads `ANSWERS` out of a student's file, from its syntax tree; nothing of the file is ever run."""

import ast
import warnings
from collections.abc import Iterator

import msgspec

from grader.answered import Trouble
from grader.records import Frozen

#: A whole file; the same as what is read of a submission.
MAX_FILE_CHARS = 1 << 20
#: Entries of ANSWERS, and of one answer that is a list or a dict; no lesson asks for a tenth of it.
MAX_ENTRIES = 200
#: Characters of one answer; some ten pages.
MAX_TEXT_CHARS = 20_000
#: Assignments of single answers that are read; who fills in answers by hand needs a few.
MAX_ASSIGNMENTS = 2000
#: Troubles that are told; nobody reads more.
MAX_TROUBLES = 20
NAME = "ANSWERS"

Value = str | tuple[str, ...] | dict[str, str]


class Given(Frozen, frozen=True, kw_only=True):
    """One answer.

    Attributes:
        value: text, names of options, or pairs of names.
        line: the line it stands on.
        cut: whether it was too long, and only its beginning is here.
    """

    value: Value
    line: int
    cut: bool = False


class Answers(Frozen, frozen=True, kw_only=True):
    """What a student's file answers.

    Attributes:
        there: whether the file assigns ANSWERS at all.
        given: the answers by question; what was left empty is not among them.
        troubles: what could not be read.
    """

    there: bool = False
    given: dict[str, Given] = msgspec.field(default_factory=dict)
    troubles: tuple[Trouble, ...] = ()


def read_answers(text: str) -> Answers:
    """Reads the answers in the text of a file.

    Args:
        text: the file; where Python cannot read it, it holds no answers and the trouble says why.
    """
    if len(text) > MAX_FILE_CHARS:
        return _unread(1, f"the file has {len(text)} characters; at most {MAX_FILE_CHARS} are read")
    try:
        with warnings.catch_warnings():  # of what Python finds odd but can read
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as problem:
        return _unread(problem.lineno or 1, f"Python cannot read the file: {problem.msg}")
    except (ValueError, RecursionError, MemoryError):  # null bytes, or nested beyond all reason
        return _unread(1, "Python cannot read the file")
    return answers_in(tree)


def answers_in(tree: ast.Module) -> Answers:
    """Reads the answers in the syntax tree of a file; the last assignment of each counts.

    Args:
        tree: the file.
    """
    reader = _Reader()
    for statement in tree.body:
        reader.statement(statement)
    return Answers(there=reader.there, given=reader.given, troubles=tuple(reader.troubles))


def _unread(line: int, text: str) -> Answers:
    return Answers(troubles=(Trouble(line=line, text=text),))


class _Reader:
    """Collects answers, statement by statement."""

    def __init__(self) -> None:
        self.there = False
        self.given: dict[str, Given] = {}
        self.troubles: list[Trouble] = []
        self.seen = 0

    def trouble(self, node: ast.AST, text: str) -> None:
        if len(self.troubles) < MAX_TROUBLES:
            self.troubles.append(Trouble(line=getattr(node, "lineno", 1), text=text))

    def statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self.assign(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self.assign(target, value)
            case ast.AugAssign(target=target) if _is_answers(target) or _is_entry(target):
                self.trouble(node, f"{NAME} can only be read where it is assigned with a plain `=`")
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner))) if _is_answers(owner):
                self.trouble(node, f'{NAME} is not run: write {NAME}["name"] = "text" instead of calling a method')
            case ast.If() | ast.For() | ast.While() | ast.With() | ast.Try():
                for inner in _assignments_within(node):
                    self.trouble(inner, f"{NAME} has to stand at the top level of the file, not inside a block")
            case _:
                pass

    def assign(self, target: ast.expr, value: ast.expr) -> None:
        if _is_answers(target):
            self.there = True
            self.given = {}
            self.whole(value)
        elif isinstance(target, ast.Subscript) and _is_answers(target.value):
            self.there = True
            self.entry(target.slice, value)

    def whole(self, value: ast.expr) -> None:
        if not isinstance(value, ast.Dict):
            self.trouble(value, f"{NAME} has to be a dict, written out: {NAME} = {{...}}")
            return
        for name, answer in zip(value.keys[:MAX_ENTRIES], value.values[:MAX_ENTRIES], strict=True):
            if name is None:
                self.trouble(answer, "`**` cannot be read; write the answers out")
            else:
                self.entry(name, answer)
        if len(value.keys) > MAX_ENTRIES:
            self.trouble(value, f"{NAME} has {len(value.keys)} entries; the first {MAX_ENTRIES} are read")

    def entry(self, name: ast.expr, answer: ast.expr) -> None:
        self.seen += 1
        if self.seen > MAX_ASSIGNMENTS:
            if self.seen == MAX_ASSIGNMENTS + 1:
                self.troubles[MAX_TROUBLES - 1 :] = []  # this one has to be told
                self.trouble(name, f"only the first {MAX_ASSIGNMENTS} answers of the file were looked at")
            return
        if not (isinstance(name, ast.Constant) and isinstance(name.value, str)):
            self.trouble(name, "the name of a question has to be plain text")
            return
        identifier = _clean(name.value)[:60]
        self.given.pop(identifier, None)  # the last assignment counts, even one that cannot be read
        if len(self.given) >= MAX_ENTRIES:
            self.trouble(name, f"at most {MAX_ENTRIES} answers are read")
            return
        try:
            value = ast.literal_eval(answer)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            self.trouble(answer, f"the answer to {identifier} is no plain text; several strings in brackets are joined")
            return
        if value is None or value in ("", (), [], {}):
            return
        shaped = _shape(value)
        if shaped is None:
            self.trouble(answer, f"the answer to {identifier} is no text, no list of names and no dict of names")
            return
        cut = _too_large(value)
        if cut:
            self.trouble(answer, f"the answer to {identifier} is too long; its beginning is read")
        self.given[identifier] = Given(value=shaped, line=answer.lineno, cut=cut)


def _is_answers(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == NAME


def _is_entry(node: ast.expr) -> bool:
    return isinstance(node, ast.Subscript) and _is_answers(node.value)


def _assignments_within(block: ast.stmt) -> Iterator[ast.stmt]:
    """The assignments to ANSWERS inside a block."""
    for node in ast.walk(block):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign | ast.AugAssign):
            targets = [node.target]
        if isinstance(node, ast.stmt) and any(_is_answers(target) or _is_entry(target) for target in targets):
            yield node


def _shape(value: object) -> Value | None:
    """Turns a literal into text, names or pairs; None if it is none of these."""
    match value:
        case str():
            return _clean(value)
        case list() | tuple() | set():
            if not all(isinstance(name, str) for name in value):
                return None
            names = sorted(value) if isinstance(value, set) else value  # a set has no order, a report has
            return tuple(_clean(name) for name in list(names)[:MAX_ENTRIES])
        case dict():
            pairs = list(value.items())[:MAX_ENTRIES]
            if all(isinstance(left, str) and isinstance(right, str) for left, right in pairs):
                return {_clean(left): _clean(right) for left, right in pairs}
    return None


def _too_large(value: object) -> bool:
    match value:
        case str():
            return len(value) > MAX_TEXT_CHARS
        case list() | tuple() | set() | dict():
            return len(value) > MAX_ENTRIES
    return False


def _clean(text: str) -> str:
    """Cuts a text and takes half characters out, which no report could encode."""
    return text[:MAX_TEXT_CHARS].encode("utf-8", "replace").decode("utf-8")
