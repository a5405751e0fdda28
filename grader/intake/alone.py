"""A submission is one file: says so early, and in a sentence, where somebody has spread it over several."""

import ast
import zipfile
from pathlib import Path

from grader.errors import UsageProblem
from grader.submission import Submission, read_submission
from grader.unreadable import Unreadable, parse

_PACKED = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
_CODE = {".py", ".ipynb"}


def hold_single(path: Path) -> None:
    """Holds that a path is not an archive; what is inside is not looked at.

    Args:
        path: what is to be graded.

    Raises:
        UsageProblem: it is one.
    """
    name = path.name.lower()
    if path.is_file() and (name.endswith(_PACKED) or (path.suffix.lower() not in _CODE and zipfile.is_zipfile(path))):
        raise UsageProblem(f"{path} is an archive; unpack it, and name the one .py or .ipynb file with the exercise")


def imported(submission: Submission) -> frozenset[str]:
    """The modules that a submission imports anywhere, by the first part of their names.

    Args:
        submission: a file or notebook; one that cannot be read imports nothing.
    """
    tree = submission.program.tree() if submission.program else parse(submission.text)
    if isinstance(tree, Unreadable):
        return frozenset()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.name.partition(".")[0] for alias in node.names}
    return frozenset(names)


def modules_beside(path: Path) -> list[str]:
    """The modules that a file imports from the folder it lies in, where graders of one file do not find them.

    Args:
        path: the file.

    Raises:
        UsageProblem: it is there and cannot be read.
    """
    if not path.is_file():
        return []
    names = imported(read_submission(path)) - {path.stem}
    return sorted(name for name in names if _lies_in(path.parent, name))


def _lies_in(folder: Path, module: str) -> bool:
    return (folder / f"{module}.py").is_file() or any((folder / module).glob("*.py"))
