"""Stand-ins for packages that notebooks import by habit and that only a browser or another machine has.

Colab's own package, widgets and progress bars of notebooks: code that uses them runs on, and nothing is shown.
"""

import sys
from collections.abc import Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Self

#: Packages that are never installed here.
ABSENT = ("google.colab", "ipywidgets")
#: Progress bars that draw widgets; the plain ones take their place.
BARS = ("tqdm.notebook", "tqdm.auto", "tqdm.autonotebook")


class _StandIn(ModuleType):
    """Lets everything be imported from it, called, entered and gone through, and does nothing."""

    __path__: list[str] = []  # noqa: RUF012  it is a package, for `import google.colab.files`

    def __getattr__(self, name: str) -> "_StandIn":
        if name.startswith("_"):  # nothing is asked of a module by such a name but by Python and IPython
            raise AttributeError(name)
        return _StandIn(f"{self.__name__}.{name}")

    def __call__(self, *given: Any, **_: Any) -> Any:
        # As a decorator (`@interact`), it leaves the function alone.
        return given[0] if len(given) == 1 and callable(given[0]) else _StandIn(self.__name__)

    def _ipython_display_(self) -> None:
        """Shows nothing below a cell that ends with it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        return iter(())


class _Absent(MetaPathFinder, Loader):
    """Is asked after all others: what is installed comes first."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        is_absent = any(fullname == name or fullname.startswith(f"{name}.") for name in ABSENT)
        return ModuleSpec(fullname, self, is_package=True) if is_absent else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Has nothing to run."""


class _Bars(MetaPathFinder, Loader):
    """Is asked first."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        return ModuleSpec(fullname, self) if fullname in BARS else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return ModuleType(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        from tqdm import std  # type: ignore[import-untyped]

        module.__dict__.update(tqdm=std.tqdm, trange=std.trange, tqdm_notebook=std.tqdm, tnrange=std.trange)


def _display(*things: object, **_: object) -> None:
    for thing in things:
        print(repr(thing))  # noqa: T201  that is what it is for


#: What every cell finds without importing it, for functions that are called outside of the kernel.
SHELL: dict[str, Any] = {"display": _display, "get_ipython": lambda: _StandIn("get_ipython")}


def put_on() -> None:
    """Lets imports find them."""
    sys.meta_path.insert(0, _Bars())
    sys.meta_path.append(_Absent())
