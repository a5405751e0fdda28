"""Which statements of a notebook its functions need, so that checks can call these without repeating experiments.

A notebook mixes definitions with experiments: trainings, plots, prints. All of it is run once, in a kernel. The checks
ask for the functions in several rooms, and a room that has just what the functions rest on stands in a moment. A
statement is needed if it binds what the exercise asks for, or binds or changes something that a needed one looks up;
the names are followed until nothing is added. What is left over can only be seen, not felt.

It errs on both sides where it must: a statement too many repeats an experiment, one too few loses a change. So calls
of what the exercise asks for, which is what experiments are made of, never count as changes.
"""

import builtins
from collections import defaultdict
from collections.abc import Iterable

from grader.notebook.statements import Statement, statements

#: Packages whose settings hold for everything that is computed, whoever makes them: `keras.utils.set_random_seed(1)`.
_FELT = ("keras", "tensorflow", "numpy", "random")
_BUILTINS = frozenset(dir(builtins))


def needed(text: str, functions: Iterable[str]) -> list[int]:
    """Finds the statements that functions rest on.

    Args:
        text: a program.
        functions: names of the functions that the exercise asks for.

    Returns:
        Indices of statements at the top level, in order.
    """
    return _Search(statements(text), set(functions)).chosen()


class _Search:
    """Follows names from what is asked for; each statement and name is looked at once."""

    def __init__(self, program: list[Statement], asked: set[str]) -> None:
        self._program = program
        self._asked = asked
        self._packages = {name: package for each in program for name, package in each.imports.items()}
        self._binders: dict[str, list[int]] = defaultdict(list)
        self._readers: dict[str, list[int]] = defaultdict(list)
        self._changers: dict[str, list[int]] = defaultdict(list)
        self._aliases: dict[str, list[str]] = defaultdict(list)
        self._setters: dict[str, list[int]] = defaultdict(list)
        for index, each in enumerate(program):
            if not each.is_guard:
                self._note(index, each)
        self._note_what_functions_change()
        self._used = self._used_by_asked()
        self._chosen: set[int] = set()
        self._waiting: list[str] = []
        self._watched: set[str] = set()
        self._changing: set[int] = set()

    def chosen(self) -> list[int]:
        """Indices of the needed statements."""
        for index, each in enumerate(self._program):
            if each.is_root or "*" in each.imports:
                self._choose(index)
        self._want(self._asked)
        for package in _FELT:
            self._set(package)
        seen: set[str] = set()
        while self._waiting:
            name = self._waiting.pop()
            if name not in seen:
                seen.add(name)
                self._follow(name)
        # Models from elsewhere are put together by the names of their classes. A class that nobody looks up is defined
        # if that takes no more than is there already.
        there = {name for index in self._chosen for name in self._program[index].binds} | _BUILTINS
        for index, each in enumerate(self._program):
            if each.is_class and index not in self._chosen and each.heads - each.binds <= there:
                self._chosen.add(index)
                there |= each.binds
        return sorted(self._chosen)

    def _note(self, index: int, each: Statement) -> None:
        for name in each.binds:
            self._binders[name].append(index)
        for name in each.reads:
            self._readers[name].append(index)
        for name in each.stores | (each.touches - self._packages.keys()):
            self._changers[name].append(index)
        if each.alias is not None:
            name, other = each.alias
            if other in self._packages:
                self._packages[name] = self._packages[other]  # `layers = keras.layers`
            elif other:
                self._aliases[other].append(name)
        for name in each.settings & self._packages.keys():
            self._setters[self._packages[name]].append(index)

    def _note_what_functions_change(self) -> None:
        """Notes where a name is passed to a function that changes what it is given."""
        parameters = {each.defines: each.parameters for each in self._program if each.defines}
        passed: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
        for index, each in enumerate(self._program):
            for function, place, name in each.passes:
                names = parameters.get(function, [])
                if isinstance(place, str) or place < len(names):
                    passed[function, place if isinstance(place, str) else names[place]].append((index, name))
        waiting = [
            (each.defines, name)
            for each in self._program
            for name in (each.stores | each.touches) & set(each.parameters)
        ]
        seen = set(waiting)
        while waiting:
            for index, name in passed[waiting.pop()]:
                each = self._program[index]
                if name not in each.parameters:
                    self._changers[name].append(index)
                elif (each.defines, name) not in seen:
                    seen.add((each.defines, name))
                    waiting.append((each.defines, name))

    def _used_by_asked(self) -> set[str]:
        """Functions that are called by what the exercise asks for, and these themselves."""
        defined = {each.defines: each for each in self._program if each.defines}
        used, waiting = set(self._asked), [*self._asked]
        while waiting:
            each = defined.get(waiting.pop())
            for name in each.reads - used if each else ():
                used.add(name)
                waiting.append(name)
        return used

    def _want(self, names: Iterable[str]) -> None:
        self._waiting += names

    def _choose(self, index: int) -> None:
        each = self._program[index]
        if index not in self._chosen and not each.is_guard:
            self._chosen.add(index)
            self._want(each.reads)

    def _follow(self, name: str) -> None:
        """Chooses what binds a name, or changes its thing under this or another name."""
        for index in self._binders[name]:
            self._choose(index)
        if name in self._packages:
            self._set(self._packages[name])
        waiting = [name]
        while waiting:
            known_as = waiting.pop()
            if known_as not in self._watched:
                self._watched.add(known_as)
                self._change(self._changers[known_as])
                waiting += self._aliases[known_as]

    def _change(self, indices: Iterable[int]) -> None:
        """Chooses statements that change something needed; where a function does, whatever has it called."""
        waiting = [*indices]
        while waiting:
            index = waiting.pop()
            name = self._program[index].defines
            if not name:
                self._choose(index)
            elif name not in self._used and index not in self._changing:
                self._changing.add(index)
                for reader in self._readers[name]:
                    other = self._program[reader]
                    if other.defines and name in other.heads:  # a decorator of it
                        self._choose(reader)
                    else:
                        waiting.append(reader)

    def _set(self, package: str) -> None:
        """Chooses the settings of a package for which no experiment has to run."""
        for index in self._setters[package]:
            each = self._program[index]
            if all(name in each.binds or self._is_light(name) for name in each.reads):
                self._choose(index)

    def _is_light(self, name: str) -> bool:
        """Whether a name stands for what was made without calling the program's own functions, or for one of these."""
        if name in self._packages or name in _BUILTINS:
            return True
        made_by = [self._program[index] for index in self._binders[name]]
        plain = self._packages.keys() | _BUILTINS | {name}
        return bool(made_by) and not self._changers[name] and all(each.reads <= plain for each in made_by)
