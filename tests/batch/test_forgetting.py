"""`grade forget` as a teacher uses it: on a class that was graded, with its pages."""

from typing import Any

import pytest

from grader.batch.forgetting import find
from grader.batch.pages import Pages, caller
from grader.batch.publishing import publish
from grader.course import Course
from grader.errors import UsageProblem
from grader.gradebook.database import Database
from grader.gradebook.handing import Found, enter
from grader.gradebook.running import running
from grader.gradebook.standings import read_class
from grader.placed import Placed
from grader.standing import Clock, Student

Klass = Any


def forget(klass: Klass, *words: str, answer: str = "") -> tuple[int, str, str]:
    """Exit code, output and errors; `answer` is typed."""
    where = ["--course", str(klass.lesson.course), "--gradebook", str(klass.gradebook), "--out", str(klass.out)]
    process = klass.start("forget", *words, *where, typed=True)
    output, errors = process.communicate(answer, timeout=60)
    return process.returncode, output, errors


def naming(klass: Klass, word: str) -> list[str]:
    """Files of the gradebook and the pages that hold a word, or are called so."""
    kept = [klass.gradebook, *klass.out.rglob("*")]
    named = [path for path in kept if word in path.name or (path.is_file() and word.encode() in path.read_bytes())]
    return sorted(str(path.relative_to(klass.place)) for path in named)


def rest(klass: Klass) -> dict[str, list[Any]]:
    """What the gradebook says, apart from Quill."""
    return {what: [row for row in rows if "quill" not in row] for what, rows in klass.said().items()}


@pytest.fixture
def graded(klass: Klass) -> Klass:
    """A graded class of three: one of them is to be forgotten, and two more are both called Bo Lind."""
    klass.hand_in("quill", "# by quill\n" + klass.half)
    klass.hand_in("bo", klass.right)
    klass.hand_in("bob", klass.half)
    roster = klass.place / "roster.csv"
    roster.write_text("login,name\nquill,Q. Quibbleworth\nbo,Bo Lind\nbob,Bo Lind\n", "utf-8")
    assert klass.run("--roster", str(roster)).code == 0
    return klass


@pytest.mark.rooms
def test_one_is_erased_from_gradebook_and_pages(graded: Klass) -> None:
    before, page = rest(graded), graded.out / "lesson01.html"
    assert "out/reports/quill" in naming(graded, "quill")
    assert {"marks.db", "out/index.html", "out/lesson01.html"} <= set(naming(graded, "Quibbleworth"))

    code, output, errors = forget(graded, "quill", answer="n\n")
    assert (code, errors) == (2, "grade: nothing was erased\n")
    assert "Erase all of Q. Quibbleworth (quill)" in output
    database = Database(str(graded.gradebook))
    with pytest.raises(UsageProblem, match="'Bo Lind' may be bo or bob; say which"):
        told(graded, database, "Bo Lind")
    assert len(graded.said()["students"]) == 3

    code, output, errors = forget(graded, "q. quibbleworth", "--yes")
    assert (code, errors) == (0, "")
    first, second, *others = output.splitlines()
    assert first == (
        "Erased from the gradebook: the student, submissions 1, times of handing in 1, "
        "gradings with report and source 1, outcomes of criteria 3, marks as they were told 1, "
        "entries of name, address and numbers 1."
    )
    assert second.endswith(": files of reports 2.")
    assert "backups" in others[-1]
    assert naming(graded, "quill") == naming(graded, "Quibbleworth") == []
    assert rest(graded) == before
    assert "Bo Lind" in page.read_text()
    assert 'href="reports/bo/' in page.read_text()


@pytest.fixture
def entered(klass: Klass) -> Database:
    """A gradebook that knows two students, each of whom handed something in, and has reports of them."""
    database = Database(str(klass.gradebook))
    placed = {"name": "lesson01_tiny.py", "lesson": "lesson01_tiny", "handed": None, "clock": Clock.UNKNOWN, "size": 1}
    finds = [
        Found(Placed(student=Student(key=key), origin=f"{key}/a.py", read=bytes, **placed), key * 10)  # type: ignore[arg-type]
        for key in ("quill", "bobolink")
    ]
    enter(database, [], finds)
    return database


def write_pages(klass: Klass, database: Database, *, anonymous: bool) -> None:
    course = Course(klass.lesson.course)
    pages = Pages(klass.out, caller(database, anonymous=anonymous))
    for student in read_class(database, course).students:
        pages.write(pages.report(student, "lesson01_tiny", "k" * 64), b"<p>", b"{}")
    publish(database, read_class(database, course), course, pages, (), anonymous=anonymous)


def told(klass: Klass, database: Database, name: str) -> list[str]:
    return find(database, Course(klass.lesson.course), klass.out, name).forget()


def test_pages_that_hide_who_is_who_go_on_to_do_so(klass: Klass, entered: Database) -> None:
    write_pages(klass, entered, anonymous=False)
    write_pages(klass, entered, anonymous=True)
    ((alias,),) = klass.ask("SELECT alias FROM student WHERE key = 'quill'")
    of_lesson, index = klass.out / "lesson01.html", klass.out / "index.html"
    assert alias in of_lesson.read_text()
    assert told(klass, entered, "quill")[1].endswith(" files of reports 4.")
    assert naming(klass, alias) == naming(klass, "quill") == []
    assert "bobolink" not in of_lesson.read_text() + index.read_text()
    told(klass, entered, "bobolink")
    assert not of_lesson.exists()  # nothing is known of the lesson any more
    assert "There are no students" in index.read_text()


def test_reports_that_cannot_be_erased_leave_the_gradebook_as_it_is(klass: Klass, entered: Database) -> None:
    write_pages(klass, entered, anonymous=False)
    folder, elsewhere = klass.out / "reports" / "quill", klass.place / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    with pytest.raises(UsageProblem, match="the gradebook is as it was"):
        told(klass, entered, "quill")
    assert len(list(elsewhere.iterdir())) == 2
    assert len(klass.said()["students"]) == 2


def test_while_a_class_is_graded_its_pages_stay_as_they_are(klass: Klass, entered: Database) -> None:
    write_pages(klass, entered, anonymous=False)
    before = naming(klass, "quill")
    with running(entered), pytest.raises(UsageProblem, match="wait until it has ended"):
        told(klass, entered, "quill")
    assert naming(klass, "quill") == before


def test_a_class_without_pages_has_none_afterwards(klass: Klass, entered: Database) -> None:
    assert "files of reports 0." in told(klass, entered, "quill")[1]
    assert not klass.out.exists()


def test_pages_that_cannot_be_written_anew_are_told_once_all_is_erased(klass: Klass, entered: Database) -> None:
    write_pages(klass, entered, anonymous=False)
    (klass.lesson.rubric / "rubric.toml").write_text("no rubric")
    with pytest.raises(UsageProblem, match="all is erased, but the pages of the class are missing until"):
        told(klass, entered, "quill")
    assert naming(klass, "quill") == []
    assert klass.said()["students"] == [("bobolink",)]
