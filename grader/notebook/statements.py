"""What one statement of a program does with the names of the program; read, never run."""

import ast
import re
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SCOPE = (*_DEFINITION, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
#: Methods that change what they are called on also where somebody takes what they return.
_CHANGING = frozenset(
    """adapt add append assign clear discard extend fit fit_generator fit_transform insert load_weights partial_fit pop
    popitem popleft remove reverse set_weights setdefault sort train_on_batch update""".split()
)
#: Functions that change what they are given first.
_CHANGING_FIRST = frozenset(("delattr", "heappop", "heappush", "setattr", "shuffle"))
#: How functions of a package are called that change what holds for all: `keras.config.set_floatx`.
_SETTING = re.compile(r"set_|seed$|seterr$|enable_|disable_|register_|run_functions|update$")
#: Who uses these may mean any name, told in a text.
_UNTOLD = ("eval", "exec", "globals", "locals", "vars")


@dataclass
class Statement:
    """One statement at the top level.

    Attributes:
        defines: the function or class that it defines, or "".
        is_class: whether it defines a class.
        is_guard: whether it is the main part, which does not run where the program is imported.
        is_root: whether it may change anything: it registers something, or runs a text.
        parameters: those of the function that it defines.
        imports: package by name that it imports it under.
        heads: names that it looks up at once; a definition looks up others when it is called.
        reads: all names that it looks up.
        binds: names that it binds or deletes.
        stores: names of things into which it writes.
        touches: names of things that it changes by calling something, such as `names.append(1)`.
        alias: the name that it gives to (a part of) another name's thing, and that other name.
        passes: names that it passes to a function: the function, the place or keyword, the name.
        settings: names of whatever it makes settings of.
    """

    defines: str = ""
    is_class: bool = False
    is_guard: bool = False
    is_root: bool = False
    parameters: list[str] = field(default_factory=list)
    imports: dict[str, str] = field(default_factory=dict)
    heads: set[str] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    stores: set[str] = field(default_factory=set)
    touches: set[str] = field(default_factory=set)
    alias: tuple[str, str] | None = None
    passes: list[tuple[str, int | str, str]] = field(default_factory=list)
    settings: set[str] = field(default_factory=set)


def statements(text: str) -> list[Statement]:
    """Reads the statements of a program.

    Args:
        text: the program; `ast.parse` can read it.
    """
    lines = text.split("\n")
    return [_read(node, lines) for node in ast.parse(text).body]


def bound(text: str) -> set[str]:
    """Names that a piece of a program binds; none if it cannot be read."""
    try:
        return {name for each in statements(text) for name in each.binds}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()


def _read(node: ast.stmt, lines: list[str]) -> Statement:
    found = Statement()
    found.reads, found.binds = _names(node, lines)
    for each in ast.walk(node):
        _look_at(each, found)
    if isinstance(node, _DEFINITION):
        _as_definition(node, found)
        return found
    found.heads = found.reads
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        found.alias = (node.targets[0].id, _part_of(node.value))
    found.is_guard = isinstance(node, ast.If) and not node.orelse and _asks_for_main(node.test)
    return found


def _as_definition(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, found: Statement) -> None:
    found.defines, found.settings = node.name, set()
    heads: list[ast.AST | None] = [*node.decorator_list]
    if isinstance(node, ast.ClassDef):
        found.is_class = True
        heads += [*node.bases, *node.keywords, *[part for part in node.body if not isinstance(part, _DEFINITION)]]
        heads += [each for part in node.body if isinstance(part, _DEFINITION) for each in part.decorator_list]
    else:
        heads += [node.args, node.returns]
        every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        found.parameters = [argument.arg for argument in every]
        declared = {name for each in ast.walk(node) if isinstance(each, ast.Global) for name in each.names}
        found.stores |= declared
    found.heads = {name for head in heads for name in _plain_names(head or ast.Pass())}
    found.reads |= found.heads
    found.binds = {node.name}
    own = found.reads | set(found.parameters)
    found.stores, found.touches = found.stores & own, found.touches & own
    found.is_root = any(_SETTING.match(_verb(each)) for each in node.decorator_list)


def _look_at(node: ast.AST, found: Statement) -> None:
    """Notes what one node of a statement does."""
    match node:
        case ast.Import():
            names = [(alias.asname or alias.name.partition(".")[0], alias.name) for alias in node.names]
            found.imports |= {name: module.partition(".")[0] for name, module in names}
        case ast.ImportFrom():
            package = (node.module or "").partition(".")[0]
            found.imports |= {alias.asname or alias.name: package for alias in node.names}
        case ast.For():
            inner = Statement()
            for each in (each for part in node.body for each in ast.walk(part)):
                _look_at_change(each, inner)
            if (inner.stores | inner.touches) & _plain_names(node.target):
                found.touches |= _plain_names(node.iter)  # `for layer in layers: layer.trainable = False`
        case ast.Subscript(value=ast.Call(func=ast.Name(id=name))) if name in _UNTOLD:
            found.reads |= _told(node.slice)
            found.is_root |= not isinstance(node.ctx, ast.Load)
        case _:
            _look_at_change(node, found)


def _look_at_change(node: ast.AST, found: Statement) -> None:
    match node:
        case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
            found.stores.add(_thing(node))
        case ast.AugAssign(target=ast.Name(id=name)):
            found.stores.add(name)
        case ast.Expr(value=ast.Call(func=ast.Attribute() as method)):
            found.touches.add(_thing(method))
        case ast.Call():
            _look_at_call(node, found)


def _look_at_call(call: ast.Call, found: Statement) -> None:
    verb, root = _verb(call), _root(call.func)
    if isinstance(call.func, ast.Name):
        given = [*enumerate(call.args), *((keyword.arg, keyword.value) for keyword in call.keywords)]
        parts = ((place, _part_of(value)) for place, value in given)
        found.passes += [(verb, place, name) for place, name in parts if name and place is not None]
    elif verb in _CHANGING:
        found.touches.add(_thing(call.func))
    if verb in _CHANGING_FIRST and call.args:
        found.touches.add(_thing(call.args[0]))
    if _SETTING.match(verb):
        found.settings.add(root)
    if verb in _UNTOLD or root in _UNTOLD:
        found.is_root |= verb == "exec" or verb in _CHANGING
        found.reads |= _told(call)


def _names(node: ast.stmt, lines: list[str]) -> tuple[set[str], set[str]]:
    """Names of the program that a statement looks up, be it in a function when that is called, and names it binds."""
    if not any(isinstance(each, _SCOPE) for each in ast.walk(node)):
        return _plain_names(node), set(_plainly_bound(node))
    try:
        table = symtable.symtable("\n".join(lines[node.lineno - 1 : node.end_lineno]), "", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # what only the compiler finds
        return _plain_names(node), set(_plainly_bound(node))
    top = table.get_symbols()
    reads = {symbol.get_name() for symbol in top} | {name for scope in _scopes(table) for name in scope}
    return reads, {symbol.get_name() for symbol in top if symbol.is_assigned() or symbol.is_imported()}


def _scopes(table: symtable.SymbolTable) -> Iterator[list[str]]:
    """Global names of each scope below."""
    waiting = [*table.get_children()]
    while waiting:
        child = waiting.pop()
        yield [symbol.get_name() for symbol in child.get_symbols() if symbol.is_global()]
        waiting += child.get_children()


def _plain_names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _plainly_bound(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        match each:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name.partition(".")[0]
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name


def _told(node: ast.AST) -> set[str]:
    """Names in the texts below a node."""
    texts: Iterable[object] = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
    return {name for text in texts if isinstance(text, str) for name in re.findall(r"[^\W\d]\w*", text)}


def _asks_for_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and "__name__" in _plain_names(test)


def _verb(call: ast.AST) -> str:
    """How what is called is called: the last name of `a.b.verb(...)(...)`."""
    while isinstance(call, ast.Call):
        call = call.func
    return call.attr if isinstance(call, ast.Attribute) else call.id if isinstance(call, ast.Name) else ""


def _part_of(node: ast.AST) -> str:
    """The name of which an expression such as `a.b[0]` is a part, or ""."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _thing(node: ast.AST) -> str:
    """The name of the thing that a chain such as `a.b[0].c()` leads into; what a function returns is another thing."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return ""
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _root(node: ast.AST) -> str:
    """The name that a chain such as `a.b[0].c()` begins with, or ""."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
