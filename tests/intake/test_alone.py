"""Who spreads a submission over several files is told so in a sentence."""

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import UsageProblem
from grader.intake.alone import hold_single, imported, modules_beside
from grader.placed import Intake
from grader.submission import parse_submission

Lay = Callable[..., Path]
Take = Callable[..., Intake]

EXERCISE = "import helpers\ndef build_stacked_lstm(): ...\ndef sequence_shapes(): ...\ndef compare_depth(): ...\n"


def test_an_archive_is_refused_whatever_it_is_called(tmp_path: Path) -> None:
    for name in ("mine.zip", "mine.ZIP", "mine"):
        with zipfile.ZipFile(tmp_path / name, "w") as packed:
            packed.writestr("lesson06.py", EXERCISE)
    with tarfile.open(tmp_path / "mine.tar.gz", "w:gz") as packed_by_tar:
        packed_by_tar.addfile(tarfile.TarInfo("lesson06.py"), io.BytesIO())
    for path in sorted(tmp_path.iterdir()):
        with pytest.raises(UsageProblem, match="is an archive; unpack it, and name the one"):
            hold_single(path)


def test_a_file_is_none_and_what_is_not_there_is_told_by_others(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(EXERCISE)
    (tmp_path / "folder.zip").mkdir()
    for name in ("mine.py", "nothing.zip", "folder.zip"):
        hold_single(tmp_path / name)


@pytest.mark.parametrize(
    "text, names",
    [
        ("import os.path, helpers as h", {"os", "helpers"}),
        ("from helpers.deep import scale", {"helpers"}),
        ("from . import helpers\nfrom .other import x", {"helpers", "other"}),
        ("def f():\n    import helpers", {"helpers"}),
        ("# import helpers\nx = 'import helpers'", set()),
        ("import helpers\ndef f(:", set()),
    ],
)
def test_what_is_imported_is_seen_anywhere_in_the_code(text: str, names: set[str]) -> None:
    assert imported(parse_submission("a.py", text.encode())) == names


def test_only_modules_of_the_same_folder_are_told(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    for name in ("helpers.py", "package/part.py", "unused.py", "mine.py"):
        (tmp_path / name).write_text("")
    (tmp_path / "mine.py").write_text("import helpers, package.part, keras, missing, mine")
    assert modules_beside(tmp_path / "mine.py") == ["helpers", "package"]
    assert modules_beside(tmp_path / "not there yet.py") == []


def test_in_a_class_the_helper_is_listed_with_who_imports_it(lay: Lay, take: Take) -> None:
    folder = lay(
        {
            "ada/lesson06_stacked.py": EXERCISE,
            "ada/helpers.py": "def scale(x): return x\n",
            "bob/lesson06_stacked.py": EXERCISE.replace("helpers", "tools.scaling"),
            "bob/tools/scaling.py": "def scale(x): return x\n",
            "cy/lesson06_stacked.py": EXERCISE,
            "cy/notes.py": "x = 1\n",
        }
    )
    intake = take(folder)
    assert {one.student.key for one in intake.placed} == {"ada", "bob", "cy"}
    told = {one.origin.rpartition("class/")[2]: one.reason for one in intake.unplaced}
    sentence = "lesson06_stacked.py imports it, and a submission is one file: what it needs of this one has to be"
    assert told["ada/helpers.py"] == told["bob/tools/scaling.py"] == f"{sentence} pasted into it"
    assert told["cy/notes.py"] == "no name says its lesson, and it defines the functions of none"
