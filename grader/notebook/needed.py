"""Which statements of a notebook its functions need, so that checks can call these without repeating experiments.

A notebook mixes definitions with experiments: trainings, plots, prints. All of it is run once, in a kernel. The checks
ask for the functions in several rooms, and a room that has just what the functions rest on stands in a moment. A
statement is needed if it defines what the exercise asks for, or binds or changes a name that something needed looks up;
the names are followed until nothing is added. What is left over can only be seen, not felt.
"""

import ast
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
#: Packages whose settings hold for everything that is computed, whoever makes them: `keras.utils.set_random_seed(1)`.
_SETTING = ("keras", "tensorflow", "numpy", "random")
#: Who calls these may bind any name.
_UNTOLD = frozenset(("exec", "globals", "vars"))


def needed(text: str, functions: Iterable[str]) -> list[int]:
    """Finds the statements that functions rest on.

    Args:
        text: a program.
        functions: names of the functions that the exercise asks for; classes and what is decorated count as well.

    Returns:
        Indices of statements at the top level, in order.
    """
    statements = [_read(node, text) for node in ast.parse(text).body]
    packages = {name: package for each in statements for name, package in each.imports.items()}
    declared = {each.defines: each.declares for each in statements if each.defines}
    asked = set(functions)
    chosen = {
        index for index, each in enumerate(statements) if each.is_root or each.defines in asked or "*" in each.imports
    }
    size = -1
    while len(chosen) > size:
        size = len(chosen)
        wanted = {name for index in chosen for name in statements[index].reads}
        for index, each in enumerate(statements):
            touched = each.touches - packages.keys() | {name for call in each.calls for name in declared.get(call, ())}
            if (each.binds | touched) & wanted or _is_setting(each, packages, wanted):
                chosen.add(index)
    return sorted(chosen)


def bound(text: str) -> set[str]:
    """Names that a piece of a program binds; none if it cannot be read."""
    try:
        return set(_bound(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()


@dataclass
class _Statement:
    """What one statement at the top level does with names of the program.

    Attributes:
        defines: the function or class that it defines, or "".
        is_root: whether it is needed whatever the exercise asks for.
        declares: names that the function declares as global.
        imports: package by name that it imports it under.
        reads: names that it looks up, or that what it defines looks up when it is called.
        binds: names that it binds, or into whose things it writes.
        touches: names of things whose methods it calls without taking what they return: `names.append(1)`.
        calls: functions that it calls by name.
        settings: the package that it does nothing with but call it, as in `np.random.seed(1)`, or "".
    """

    defines: str = ""
    is_root: bool = False
    declares: set[str] = field(default_factory=set)
    imports: dict[str, str] = field(default_factory=dict)
    reads: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    touches: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    settings: str = ""


def _is_setting(each: _Statement, packages: dict[str, str], wanted: set[str]) -> bool:
    """Whether it sets something of a package, and needs nothing but packages for it."""
    is_felt = each.settings in wanted or packages.get(each.settings) in _SETTING
    return each.settings in packages and is_felt and each.reads <= packages.keys()


def _read(node: ast.stmt, text: str) -> _Statement:
    if isinstance(node, _DEFINITION):
        return _definition(node, text)
    found = _Statement(reads=_names(node))
    if isinstance(node, ast.Import | ast.ImportFrom):
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            package = (module or alias.name).partition(".")[0]
            found.imports[alias.asname or alias.name.partition(".")[0]] = package
        found.binds = set(found.imports)
        return found
    if isinstance(node, ast.If) and _is_main(node.test):
        return found  # nothing of it runs where it is imported
    found.binds = set(_bound(node))
    for each in ast.walk(node):
        if isinstance(each, ast.For):
            found.binds |= _written_through(each)
        elif isinstance(each, ast.Call) and isinstance(each.func, ast.Name):
            found.calls.add(each.func.id)
        elif isinstance(each, ast.Expr) and isinstance(each.value, ast.Call):
            found.touches |= _touched(each.value)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        found.settings = _root(node.value.func)
    found.is_root = bool(found.calls & _UNTOLD)
    return found


def _definition(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, text: str) -> _Statement:
    """What a definition looks up: its decorators and defaults at once, its body's global names when it runs."""
    heads: list[ast.AST | None] = [*node.decorator_list]
    heads += [*node.bases, *node.keywords] if isinstance(node, ast.ClassDef) else [node.args, node.returns]
    reads = {name for head in heads for name in _names(head or ast.Pass())}
    try:
        table = symtable.symtable(ast.get_source_segment(text, node) or "", "", "exec")
        reads |= {name for scope in _scopes(table) for name in scope}
    except SyntaxError:  # what only the compiler finds; then every name may be one of the program's
        reads |= _names(node)
    return _Statement(
        defines=node.name,
        is_root=isinstance(node, ast.ClassDef) or bool(node.decorator_list),
        declares={name for each in ast.walk(node) if isinstance(each, ast.Global) for name in each.names},
        reads=reads,
        binds={node.name},
    )


def _scopes(table: symtable.SymbolTable) -> Iterator[list[str]]:
    """Global names of each scope below."""
    for child in table.get_children():
        yield [symbol.get_name() for symbol in child.get_symbols() if symbol.is_global()]
        yield from _scopes(child)


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _is_main(test: ast.expr) -> bool:
    """Whether a condition asks if this is the main program."""
    return isinstance(test, ast.Compare) and "__name__" in _names(test)


def _bound(node: ast.AST) -> Iterator[str]:
    """Names that a statement binds or deletes, or into whose things it writes."""
    for each in ast.walk(node):
        match each:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield each.name
            case ast.Name(ctx=ast.Store() | ast.Del()):
                yield each.id
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                yield _root(each)
            case ast.Import() | ast.ImportFrom():
                yield from (alias.asname or alias.name.partition(".")[0] for alias in each.names)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name


def _written_through(loop: ast.For) -> set[str]:
    """What is written into by way of a loop's variable: `for layer in layers: layer.trainable = False`."""
    variables = _names(loop.target)
    stored = [each for each in ast.walk(loop) if isinstance(each, ast.Attribute | ast.Subscript)]
    is_written = any(isinstance(each.ctx, ast.Store) and _root(each) in variables for each in stored)
    return _names(loop.iter) if is_written else set()


def _touched(call: ast.Call) -> set[str]:
    if isinstance(call.func, ast.Attribute):
        return {_root(call.func)}
    if isinstance(call.func, ast.Name) and call.func.id in ("setattr", "delattr") and call.args:
        return {_root(call.args[0])}
    return set()


def _root(node: ast.AST) -> str:
    """The name that a chain such as `a.b[0].c` begins with, or ""."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
