"""Rooms with NumPy alone: Keras and TensorFlow can be imported there, as many files do by habit, but not used."""

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

#: Packages that a room with NumPy alone does without.
KERAS = ("keras", "tensorflow", "tf_keras")
#: What whoever uses them reads; `causes.toml` knows it.
WORDS = "this exercise is done without Keras"


class _Absent(ModuleType):
    """Stands for a package and for everything in it, until it is used."""

    __path__: list[str] = []  # noqa: RUF012  it is a package, for `import keras.layers`

    def __getattr__(self, name: str) -> "_Absent":
        if name.startswith("__"):
            raise AttributeError(name)
        return _Absent(f"{self.__name__}.{name}")

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        raise ImportError(f"{WORDS}, so {self.__name__} is not to be had")

    def __mro_entries__(self, _: Any) -> NoReturn:
        self()


class _Finder(MetaPathFinder, Loader):
    """Finds the packages before anything else does."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        return ModuleSpec(fullname, self, is_package=True) if fullname.partition(".")[0] in KERAS else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Absent(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Has nothing to run."""


def loaded_keras() -> Any:
    """Keras, or None where it was not imported or is not to be had."""
    keras = sys.modules.get("keras")
    return None if isinstance(keras, _Absent) else keras


def hide_keras() -> None:
    """Puts stand-ins in place of Keras and TensorFlow."""
    for name in list(sys.modules):
        if name.partition(".")[0] in KERAS:
            del sys.modules[name]
    sys.meta_path.insert(0, _Finder())
