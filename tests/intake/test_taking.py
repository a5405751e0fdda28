"""Every shape that teachers have, laid out as the systems that make it do."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.errors import UsageProblem
from grader.placed import Intake
from grader.standing import Clock

_ROOT = Path(__file__).resolve().parents[2]
_STACKED = (_ROOT / "exercises" / "lesson06_stacked.py").read_text("utf-8")
_CNN = (_ROOT / "exercises" / "lesson07_cnn.py").read_text("utf-8")
_ROSTER = "username,first name,last name,email\nada,Ada,Lovelace,ada@x.edu\nalan,Alan,Turing,alan@x.edu\n"

Take = Callable[..., Intake]
Write = Callable[..., Path]


def _pairs(intake: Intake) -> list[tuple[str, str]]:
    return [(placed.student.key, placed.lesson) for placed in intake.placed]


def _reasons(intake: Intake) -> dict[str, str]:
    return {unplaced.origin.rpartition("/")[2]: unplaced.reason for unplaced in intake.unplaced}


def test_one_file_a_student_with_the_lesson_in_its_name(lay: Write, take: Take) -> None:
    files = ["lesson06_ada.ipynb", "ada_lesson7.py", "lesson06_stacked_bob.py", "Lesson 6 - Eve Moneypenny.py"]
    intake = take(lay(dict.fromkeys(files, "x = 1")))
    assert _pairs(intake) == [
        ("Eve Moneypenny", "lesson06_stacked"),
        ("ada", "lesson06_stacked"),
        ("ada", "lesson07_cnn"),
        ("bob", "lesson06_stacked"),
    ]
    assert intake.shape == "one file a student"
    assert [student.key for student in intake.students] == ["ada", "bob", "Eve Moneypenny"]
    assert intake.unplaced == ()


def test_one_file_a_student_of_the_lesson_that_is_asked_for(lay: Write, take: Take) -> None:
    intake = take(lay({"ada_lovelace.py": "x = 1", "alan.ipynb": "{}", "eve_lesson07.py": _CNN}), "6")
    assert _pairs(intake) == [("ada_lovelace", "lesson06_stacked"), ("alan", "lesson06_stacked")]
    assert "lesson07_cnn" in _reasons(intake)["eve_lesson07.py"]


def test_where_no_name_tells_the_lesson_the_functions_do(lay: Write, take: Take) -> None:
    both = "def train(): ...\ndef predict(): ...\n"
    broken = _STACKED + "\n    this is no Python\n"
    files = {"ada.py": _STACKED, "alan.py": _CNN, "eve.py": both, "bob.py": "print('hello')", "bad.py": broken}
    intake = take(lay(files))
    assert _pairs(intake) == [("ada", "lesson06_stacked"), ("alan", "lesson07_cnn"), ("bad", "lesson06_stacked")]
    assert set(_reasons(intake)) == {"eve.py", "bob.py"}
    assert "functions" in intake.placed[0].placed_by


def test_files_are_read_as_data_and_never_run(lay: Write, take: Take, tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    intake = take(lay({"ada.py": f"open({str(trace)!r}, 'w')\n{_STACKED}"}))
    assert _pairs(intake) == [("ada", "lesson06_stacked")]
    assert not trace.exists()


def test_one_folder_a_student_with_many_lessons_however_deep(lay: Write, take: Take) -> None:
    intake = take(
        lay(
            {
                "ada/exercises/lesson06_stacked.py": _STACKED,
                "ada/exercises/lesson07_cnn.ipynb": "{}",
                "alan/Lesson 6/solution.py": "x",
                "alan/deep/er/still/lesson01_cell.py": "x",
            }
        )
    )
    assert _pairs(intake) == [
        ("ada", "lesson06_stacked"),
        ("ada", "lesson07_cnn"),
        ("alan", "lesson01_cell"),
        ("alan", "lesson06_stacked"),
    ]
    assert intake.shape == "one folder a student"
    assert intake.placed[0].read(10) == _STACKED.encode()[:10]
    assert intake.placed[0].name == "lesson06_stacked.py"
    assert intake.placed[0].origin.endswith("class/ada/exercises/lesson06_stacked.py")


def test_folders_of_lessons_may_stand_around_students(lay: Write, take: Take) -> None:
    intake = take(lay({"lesson06/ada/mine.py": "x", "lesson07_cnn/alan.py": "x", "lesson07_cnn/ada.py": "x"}))
    assert _pairs(intake) == [("ada", "lesson06_stacked"), ("ada", "lesson07_cnn"), ("alan", "lesson07_cnn")]


def test_an_archive_of_a_folder_is_that_folder(pack: Write, take: Take) -> None:
    files = {"class/ada/lesson06_stacked.py": "x", "class/alan/lesson06_stacked.py": "y"}
    assert _pairs(take(pack(files))) == [("ada", "lesson06_stacked"), ("alan", "lesson06_stacked")]
    other = {path.replace("class/", "LSTMs 2026/"): content for path, content in files.items()}
    assert _pairs(take(pack(other))) == [("ada", "lesson06_stacked"), ("alan", "lesson06_stacked")]


def test_a_single_student_is_no_folder_around_students(lay: Write, take: Take) -> None:
    files = {"ada/exercises/lesson06_stacked.py": "x", "ada/more/lesson07_cnn.py": "x"}
    assert _pairs(take(lay(files))) == [("ada", "lesson06_stacked"), ("ada", "lesson07_cnn")]


def test_sections_may_stand_around_students_of_the_roster(lay: Write, take: Take) -> None:
    files = {
        "section 1/ada/lesson06.py": "x",
        "section 2/Turing, Alan/lesson06.py": "x",
        "section 2/eve/lesson06.py": "",
    }
    intake = take(lay(files), roster=_ROSTER)
    assert _pairs(intake) == [("ada", "lesson06_stacked"), ("alan", "lesson06_stacked")]
    assert [unplaced.reason for unplaced in intake.unplaced] == ["nobody on the roster is called 'section 2'"]


def test_nbgrader(lay: Write, take: Take) -> None:
    # nbgrader/coursedir.py: {nbgrader_step}/{student_id}/{assignment_id}/{notebook_id}.ipynb; its exchange writes
    # timestamp.txt as "%Y-%m-%d %H:%M:%S.%f %Z".
    files = {
        "submitted/bitdiddle/lesson06/lesson06_stacked.ipynb": "{}",
        "submitted/bitdiddle/lesson06/timestamp.txt": "2026-02-02 15:58:23.948203 UTC",
        "submitted/hacker/ps1/lesson06_stacked.ipynb": "{}",
        "submitted/hacker/ps1/timestamp.txt": "2026-02-02 09:00:00 America/Los_Angeles\n",
        "submitted/hacker/ps2/lesson07_cnn.ipynb": "{}",
        "source/lesson06/lesson06_stacked.ipynb": "{}",
        "autograded/bitdiddle/lesson06/lesson06_stacked.ipynb": "{}",
        "nbgrader_config.py": "c = get_config()",
    }
    intake = take(lay(files))
    assert intake.shape == "nbgrader's folders"
    first, second, third = intake.placed
    assert (first.student.key, first.lesson, first.clock) == ("bitdiddle", "lesson06_stacked", Clock.STATED)
    assert first.handed == datetime(2026, 2, 2, 15, 58, 23, 948203, UTC)
    assert second.handed == datetime(2026, 2, 2, 17, 0, tzinfo=UTC)  # eight hours behind, in winter
    assert (third.lesson, third.clock) == ("lesson07_cnn", Clock.MODIFIED)
    assert [unplaced.origin for unplaced in intake.unplaced] == ["autograded", "nbgrader_config.py", "source"]
    assert intake.ignored == 2
    direct = take(lay({}) / "submitted")
    assert [placed.handed for placed in direct.placed][:2] == [first.handed, second.handed]


def test_a_student_cannot_state_a_time(lay: Write, take: Take) -> None:
    files = {"ada/lesson06/lesson06_stacked.py": "x", "ada/lesson06/timestamp.txt": "2020-01-01 00:00:00 UTC"}
    placed = take(lay(files | {"alan/lesson06.py": "x"})).placed[0]
    assert placed.clock is Clock.MODIFIED
    assert placed.handed is not None
    assert placed.handed.year > 2020


def test_moodle(pack: Write, take: Take) -> None:
    # mod/assign/classes/downloader.php: "<full name>_<id>_assignsubmission_file", since 3.1 as a folder with the
    # student's own folders in it, with a "_" behind in older releases; typed text is onlinetext.html.
    files = {
        "Ada Lovelace_1234567_assignsubmission_file_/lesson06_stacked.py": _STACKED,
        "Alan Turing_1234568_assignsubmission_file/src/mine.py": _STACKED,
        "Eve X_1234569_assignsubmission_onlinetext_/onlinetext.html": "<p>import keras</p>",
        "José Núñez_1234570_assignsubmission_file_/lesson06.py.txt": "x",
    }
    intake = take(pack(files), "6")
    assert intake.shape == "Moodle's bulk download"
    assert _pairs(intake) == [("Ada Lovelace", "lesson06_stacked"), ("Alan Turing", "lesson06_stacked")]
    assert intake.placed[0].student.ids == {"moodle": "1234567"}
    # the times in this archive are those of the download: zip_writer.php hands none over
    assert (intake.placed[0].handed, intake.placed[0].clock) == (None, Clock.UNKNOWN)
    assert "typed" in _reasons(intake)["onlinetext.html"]
    assert _reasons(intake)["lesson06.py.txt"] == "only .py and .ipynb files can be graded"
    assert {student.name for student in intake.students} >= {"Ada Lovelace", "José Núñez"}


def test_moodle_without_folders(lay: Write, take: Take) -> None:
    names = [
        "Ada Lovelace_1234567_assignsubmission_file_lesson06_stacked.py",
        "Alan Turing_1234568_assignsubmission_file_my work.py",
        "Alan Turing_1234568_assignsubmission_onlinetext_onlinetext.html",
    ]
    intake = take(lay(dict.fromkeys(names, "x")), "6", roster=_ROSTER)
    assert _pairs(intake) == [("ada", "lesson06_stacked"), ("alan", "lesson06_stacked")]
    assert [placed.name for placed in intake.placed] == ["lesson06_stacked.py", "my work.py"]
    assert len(intake.unplaced) == 1


def test_moodle_tells_students_of_one_name_apart_by_their_numbers(lay: Write, take: Take) -> None:
    names = ["Ada Lovelace_11_assignsubmission_file_", "Ada Lovelace_12_assignsubmission_file_"]
    folder = lay({f"{name}/lesson06.py": "x" for name in names})
    assert [student.key for student in take(folder).students] == ["Ada Lovelace (11)", "Ada Lovelace (12)"]
    twins = "username,name\nada1,Ada Lovelace\nada2,Ada Lovelace\n"
    intake = take(folder, roster=twins)
    assert not intake.placed
    assert intake.unplaced[0].reason == "'Ada Lovelace' may be any of these on the roster: ada1, ada2"
    numbered = "username,name,moodle\nada1,Ada Lovelace,12\nada2,Ada Lovelace,11\n"
    assert [placed.student.key for placed in take(folder, roster=numbered).placed] == ["ada1", "ada2"]


def test_canvas(pack: Write, take: Take) -> None:
    # lib/content_zipper.rb: name, LATE, user and file joined by "_", all flat; attachment.rb adds "-1", "-2" to names
    # that were handed in before. The zip's times are those of the download.
    files = {
        "lovelaceada_1023_5001_lesson06_stacked.py": _STACKED,
        "lovelaceada_1023_5007_lesson06_stacked-1.py": _STACKED,
        "turingalan_LATE_1024_5002_lesson06_stacked-2.py": _STACKED,
        "nunezjose_1025_text.html": "<p>x</p>",
    }
    intake = take(pack(files, "submissions.zip"))
    assert intake.shape == "Canvas's bulk download"
    assert _pairs(intake) == [("lovelaceada", "lesson06_stacked")] * 2 + [("turingalan", "lesson06_stacked")]
    assert [placed.turn for placed in intake.placed] == [1, 2, 1]
    assert intake.placed[1].origin.endswith("_5007_lesson06_stacked-1.py")
    assert not any(placed.doubt for placed in intake.placed)
    assert intake.placed[0].student.ids == {"canvas": "1023"}
    assert "late" in intake.placed[2].placed_by
    assert intake.placed[2].clock is Clock.UNKNOWN
    assert "typed" in _reasons(intake)["nunezjose_1025_text.html"]


def test_canvas_with_its_own_gradebook_as_roster(pack: Write, take: Take) -> None:
    roster = (
        "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"
        '"Lovelace, Ada",1023,s1,ada,A\n"Lovelace, Ada",1024,s2,ada2,A\n'
    )
    files = {"lovelaceada_1024_5_lesson06.py": "x", "lovelaceada_1023_6_lesson06.py": "x"}
    intake = take(pack(files), roster=roster)
    assert [placed.student.key for placed in intake.placed] == ["ada", "ada2"]
    assert [placed.origin.rpartition("/")[2] for placed in intake.placed] == [*files][::-1]
    assert [student.key for student in intake.students] == ["ada", "ada2"]


def test_archives_of_students(pack: Write, take: Take, tmp_path: Path) -> None:
    pack({"lesson06_stacked.py": "x", "lesson07_cnn.py": "y"}, "class/ada.zip")
    pack({"work/lesson06_stacked.py": "z", "again.zip": b"PK"}, "class/alan/all.zip")
    intake = take(tmp_path / "class")
    assert _pairs(intake) == [
        ("ada", "lesson06_stacked"),
        ("ada", "lesson07_cnn"),
        ("alan", "lesson06_stacked"),
    ]
    assert intake.placed[1].read(10) == b"y"
    assert "inside of an archive" in _reasons(intake)["again.zip"]
    outer = pack(
        {f"Ada Lovelace_1_assignsubmission_file_/{n}.zip": (tmp_path / "class/ada.zip").read_bytes() for n in "ab"}
    )
    again = take(outer, roster=_ROSTER)
    assert _pairs(again) == [("ada", "lesson06_stacked")] * 2 + [("ada", "lesson07_cnn")] * 2
    assert [placed.read(10) for placed in again.placed] == [b"x", b"x", b"y", b"y"]


def test_names_of_the_roster_match_in_any_order_case_and_form(lay: Write, take: Take) -> None:
    roster = "username;Nachname;Vorname\njn;Núñez;José María\nobrien;O'Brien;Pat\n"
    names = [
        "Jose\u0301 Mari\u0301a Nu\u0301n\u0303ez",
        "NÚÑEZ, José María",
        "nunez_jose_maria",
        "OBrien Pat",
        "pat o\u2019brien",
    ]
    intake = take(lay({f"{name}/lesson06.py": "x" for name in names}), roster=roster)
    assert [placed.student.key for placed in intake.placed] == ["jn"] * 3 + ["obrien"] * 2
    assert not intake.unplaced


def test_whoever_is_not_on_the_roster_is_told(lay: Write, take: Take) -> None:
    intake = take(lay({"mallory/lesson06.py": "x", "ada/lesson06.py": "x"}), roster=_ROSTER)
    assert _pairs(intake) == [("ada", "lesson06_stacked")]
    assert _reasons(intake) == {"lesson06.py": "nobody on the roster is called 'mallory'"}
    assert [student.key for student in intake.students] == ["ada", "alan"]


def test_only_the_outermost_folder_says_whose_it_is(lay: Write, take: Take) -> None:
    inner = "Alan Turing_2_assignsubmission_file_/alan/submitted/alan/lesson06.py"
    intake = take(lay({f"Ada Lovelace_1_assignsubmission_file_/{inner}": "x"}), roster=_ROSTER)
    assert _pairs(intake) == [("ada", "lesson06_stacked")]


def test_several_downloads_of_moodle_may_lie_side_by_side(lay: Write, take: Take) -> None:
    downloads = {
        "LSTM-Lesson 6-99/Ada Lovelace_1_assignsubmission_file_/mine.py": "x",
        "LSTM-Lesson 7-98/Ada Lovelace_2_assignsubmission_file_/mine.py": "y",
    }
    folder = lay(downloads)
    assert _pairs(take(folder)) == [("Ada Lovelace", "lesson06_stacked"), ("Ada Lovelace", "lesson07_cnn")]
    intake = take(lay({"mallory/lesson06.py": "x", "mallory/Alan Turing_3_assignsubmission_file_/lesson06.py": "z"}))
    assert ("mallory", "lesson06_stacked") in _pairs(intake)
    assert not {"Alan Turing", "Ada Lovelace"} & {key for key, _ in _pairs(intake)}
    assert [unplaced.reason for unplaced in intake.unplaced] == ["its path names no student, or more than one"] * 3


def test_files_of_sections_are_told_by_their_names(lay: Write, take: Take) -> None:
    intake = take(lay({"section 1/ada_lesson06.py": "x", "section 1/lesson06_Turing, Alan.py": "x"}), roster=_ROSTER)
    assert _pairs(intake) == [("ada", "lesson06_stacked"), ("alan", "lesson06_stacked")]


def test_all_tries_are_kept_in_the_order_of_their_times(lay: Write, take: Take) -> None:
    files = ["lesson06_stacked.py", "lesson06_stacked (1).py", "lesson06_old.py", "lesson06_stacked.ipynb"]
    folder = lay({f"ada/{name}": _STACKED for name in files})
    for hour, name in enumerate(["lesson06_old.py", "lesson06_stacked.ipynb", "lesson06_stacked (1).py", files[0]]):
        os.utime(folder / "ada" / name, (1_700_000_000 + 3600 * hour,) * 2)
    placed = take(folder).placed
    assert [one.name for one in placed] == [
        "lesson06_old.py",
        "lesson06_stacked.ipynb",
        "lesson06_stacked (1).py",
        "lesson06_stacked.py",
    ]
    assert [one.turn for one in placed] == [1, 2, 3, 4]
    assert placed[0].handed == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert {one.doubt for one in placed} == {""}


def test_where_nothing_tells_the_order_it_is_said(lay: Write, take: Take) -> None:
    names = ["lesson06_stacked.py", "lesson06_stacked (1).py", "lesson06_old.py"]
    folder = lay({f"ada/{name}": _STACKED for name in names})
    for name in names:
        os.utime(folder / "ada" / name, (1_700_000_000,) * 2)
    placed = take(folder).placed
    assert [one.name for one in placed][-1] == "lesson06_stacked (1).py"
    assert [bool(one.doubt) for one in placed] == [True, True, False]
    assert placed[0].doubt == "nothing tells whether it was handed in before or after lesson06_stacked.py"


def test_helpers_beside_a_submission_are_no_tries(lay: Write, take: Take) -> None:
    files = {
        "ada/lesson06/lesson06_stacked.py": _STACKED,
        "ada/lesson06/helpers.py": "def plot(): ...",
        "ada/lesson06/lesson06_plots.py": "def plot(): ...",
        "alan/lesson06/whatever.py": "def plot(): ...",
    }
    intake = take(lay(files))
    assert _pairs(intake) == [("ada", "lesson06_stacked"), ("alan", "lesson06_stacked")]
    assert set(_reasons(intake)) == {"helpers.py", "lesson06_plots.py"}


def test_clutter_is_counted_and_what_may_be_work_is_not_clutter(lay: Write, take: Take) -> None:
    files = [
        "ada/lesson06.py",
        "ada/__pycache__/lesson06.cpython-311.pyc",
        "ada/.ipynb_checkpoints/lesson06-checkpoint.ipynb",
        "__MACOSX/ada/._lesson06.py",
        "ada/.DS_Store",
        "ada/Thumbs.db",
        "ada/data.csv",
        "ada/README.md",
        "ada/answers.docx",
        "alan/data.csv",
        "alan/README.md",
        "eve/.DS_Store",
    ]
    intake = take(lay(dict.fromkeys(files, "x")))
    assert _pairs(intake) == [("ada", "lesson06_stacked")]
    assert intake.ignored == 8
    assert [unplaced.origin.partition("class/")[2] for unplaced in intake.unplaced] == [
        "ada/answers.docx",
        "alan/README.md",
        "alan/data.csv",
    ]


def test_everything_is_placed_told_or_counted(lay: Write, take: Take) -> None:
    files = [
        "lesson06.py",
        "a/lesson06_lesson07.py",
        "a/lesson99.py",
        "b/x.py",
        "b/y.txt",
        "b/lesson01.ipynb",
        "c/data.npz",
    ]
    intake = take(lay(dict.fromkeys(files, "x")))
    assert len(intake.placed) + len(intake.unplaced) + intake.ignored == len(files)
    reasons = _reasons(intake)
    assert reasons["lesson06.py"] == "its path names no student, or more than one"
    assert reasons["lesson06_lesson07.py"] == "its name fits lesson06_stacked and lesson07_cnn"
    assert set(reasons) == {"lesson06.py", "lesson06_lesson07.py", "lesson99.py", "x.py", "y.txt", "data.npz"}


def test_the_roster_in_the_folder_is_no_submission(lay: Write, take: Take, tmp_path: Path) -> None:
    lay({"ada/lesson06.py": "x"})
    intake = take(tmp_path, roster=_ROSTER)
    assert _pairs(intake) == [("ada", "lesson06_stacked")]
    assert intake.unplaced == ()


def test_an_empty_folder_is_an_empty_intake(lay: Write, take: Take) -> None:
    intake = take(lay({}))
    assert (intake.placed, intake.unplaced, intake.students, intake.ignored) == ((), (), (), 0)


@pytest.mark.parametrize("content", [None, b"", b"no archive"])
def test_what_is_no_source_is_told(take: Take, tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "class.zip").write_bytes(content)
    with pytest.raises(UsageProblem, match=r"class\.zip"):
        take(tmp_path / "class.zip")
