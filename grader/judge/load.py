"""Loads a Python file of a lesson."""

import importlib.util
from pathlib import Path
from types import ModuleType

from grader.errors import GraderFault


def load_module(path: Path, name: str) -> ModuleType:
    """Runs a file of ours as a module of its own, which no other import sees.

    Args:
        path: the file.
        name: what the module is called.

    Raises:
        GraderFault: there is no such file.
    """
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.exists():
        raise GraderFault(f"{path.parent.name} has no {path.name}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
