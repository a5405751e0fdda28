"""What is plainly no submission. Whatever may be a student's work is not in here."""

from collections.abc import Sequence
from pathlib import PurePosixPath

#: Folders of programs, never of people.
_FOLDERS = {
    *"__pycache__ .ipynb_checkpoints __macosx .git .hg .svn .github .idea .vscode .vs .grade .cache".split(),
    *".pytest_cache .mypy_cache .ruff_cache .venv site-packages node_modules .spyproject .trash $recycle.bin".split(),
}
_FILES = {
    *".ds_store thumbs.db desktop.ini ehthumbs.db .gitignore .gitattributes .gitkeep .gitmodules".split(),
    *".classroom50.yml .python-version .editorconfig .directory .localized".split(),
}
#: Files that go with an exercise or come out of it. Alone they may be all that a student handed in.
_BESIDE = {
    *".csv .tsv .npy .npz .h5 .hdf5 .keras .pkl .pickle .parquet .png .jpg .jpeg .gif .svg".split(),
    *".log .toml .cfg .ini .json .yml .yaml .lock .xml".split(),
}
_BESIDE_NAMES = {"readme.md", "readme.txt", "readme", "license", "licence", "license.txt", "requirements.txt"}
TIMESTAMP = "timestamp.txt"


def is_clutter(name: str, *, folder: bool) -> bool:
    """Whether something of this name is plainly no submission.

    Args:
        name: its name.
        folder: whether it is a folder.
    """
    low = name.lower()
    return low in _FOLDERS if folder else low in _FILES or low.startswith("._") or low.endswith((".pyc", ".pyo"))


def lies_in_clutter(parts: Sequence[str]) -> tuple[str, ...] | None:
    """The outermost part of a path that is clutter, as a path; None where there is none."""
    last = len(parts) - 1
    for at, part in enumerate(parts):
        if is_clutter(part, folder=at < last):
            return tuple(parts[: at + 1])
    return None


def goes_beside(name: str) -> bool:
    """Whether a file of this name is of no interest beside a submission: data, pictures, what is there to be read."""
    low = name.lower()
    return PurePosixPath(low).suffix in _BESIDE or low in _BESIDE_NAMES or low == TIMESTAMP
