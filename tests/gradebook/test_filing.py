"""What is known of each student is read back as the records that rules on marks work with."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from grader.errors import UsageProblem
from grader.gradebook.database import Database
from grader.gradebook.filing import add_decision, add_override, find_student, lessons_known, read_filed
from grader.gradebook.handing import Entry, Found, enter
from grader.gradebook.keeping import Marked, Work, keep, keep_fault
from grader.gradebook.running import running
from grader.model import Grade
from grader.policy.records import Attempted, Decision, Filed, Override, Subject, Verdict, attempted
from grader.policy.rules import Counts, Policy
from grader.policy.standing import standing_of
from grader.report.json_report import encode
from grader.standing import Clock, LessonInfo, State, Student

NOON = datetime(2025, 1, 31, 12, tzinfo=UTC)
LESSON = LessonInfo(id="lesson01_tiny", title="Tiny", max_points=12.0)
OTHER = LessonInfo(id="lesson02_other", title="Other", max_points=1.0)
Kept = Callable[..., Grade]


@pytest.fixture
def kept(database: Database, grade: Callable[..., Grade], work: Callable[..., Work]) -> Kept:
    """Keeps a mark of a submission, or a fault."""

    def keep_it(entry: Entry, rubric: str = "a", points: float = 4 / 3, fault: str = "") -> Grade:
        mark = grade(entry.found, rubric * 64, points)
        todo = work(entry.id, mark.key, entry.found.kind)
        with running(database) as run:
            if fault:
                keep_fault(database, run, todo, fault)
            else:
                keep(database, run, todo, Marked(mark, encode(mark), "", automatic=True))
        return mark

    return keep_it


def filed(database: Database, *lessons: LessonInfo) -> dict[tuple[str, str], Filed]:
    with database.reading() as connection:
        read = read_filed(connection, lessons or (LESSON, OTHER))
    found = {(each.student.key, each.lesson.id): each for each in read}
    assert len(found) == len(read)
    return found


def unordered(attempt: Attempted) -> Attempted:
    return msgspec.structs.replace(attempt, order=0)


def test_a_graded_try_is_read_as_it_would_be_made_of_the_grade(database: Database, entry: Entry, kept: Kept) -> None:
    mark = kept(entry)
    (attempt,) = filed(database)["ada", LESSON.id].attempts
    handed = Attempted(
        number=1, file="lesson01_tiny.py", digest=entry.found.digest, handed=NOON, clock=Clock.STATED, order=0
    )
    assert unordered(attempt) == attempted(mark, handed, automatic=True)
    assert attempt.answers is not None
    assert attempt.answers.automatic


def test_a_try_that_is_not_graded_is_read(database: Database, entry: Entry) -> None:
    assert filed(database)["ada", LESSON.id].attempts[0].number == 0
    assert filed(database)["ada", LESSON.id].attempts[0].digest == entry.found.digest
    assert list(filed(database)) == [("ada", LESSON.id)]
    assert filed(database, OTHER) == {}


def test_the_newest_grading_of_a_try_counts_and_a_fault_is_one(database: Database, entry: Entry, kept: Kept) -> None:
    kept(entry, points=1.0)
    kept(entry, "b", points=2.0)
    (attempt,) = filed(database)["ada", LESSON.id].attempts
    assert (attempt.number, attempt.criteria[1].points) == (2, 2.0)
    kept(entry, "c", fault="the machine was busy")
    (attempt,) = filed(database)["ada", LESSON.id].attempts
    assert (attempt.number, attempt.criteria, attempt.fault) == (3, (), "the machine was busy")
    kept(entry, points=1.0)
    (attempt,) = filed(database)["ada", LESSON.id].attempts
    assert (attempt.number, attempt.criteria[1].points, attempt.fault) == (4, 1.0, "")


def test_each_time_that_a_file_is_handed_in_is_a_try_of_the_same_mark(
    database: Database, find: Callable[..., Found], kept: Kept
) -> None:
    later = NOON + timedelta(days=1)
    second, first = enter(
        database, [], [find(), find(content=b"y = 2\n", handed=later), find(handed=later, clock=Clock.MODIFIED)]
    )
    kept(first)
    kept(second)
    attempts = filed(database)["ada", LESSON.id].attempts
    assert [(each.number, each.handed, each.clock) for each in attempts] == [
        (1, NOON, Clock.STATED),
        (2, later, Clock.STATED),
        (1, later, Clock.MODIFIED),
    ]


def test_students_and_lessons_are_not_mixed_up(database: Database, find: Callable[..., Found], kept: Kept) -> None:
    found = [find("ada"), find("ben"), find("ada", lesson=OTHER.id)]
    for number, entry in enumerate(enter(database, [], found)):
        kept(entry, points=float(number))
    read = filed(database)
    assert {whose: each.attempts[0].criteria[1].points for whose, each in read.items()} == {
        ("ada", LESSON.id): 0.0,
        ("ben", LESSON.id): 1.0,
        ("ada", OTHER.id): 2.0,
    }


def test_the_beginning_of_time_is_a_time_and_no_time_is_none(database: Database, find: Callable[..., Found]) -> None:
    """A file may say that it is from 1970, as those of some archives do."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    enter(database, [], [find("ada", handed=epoch, clock=Clock.MODIFIED)])
    enter(database, [], [find("ben", handed=None, clock=Clock.UNKNOWN)])
    read = filed(database)
    assert read["ada", LESSON.id].attempts[0].handed == epoch
    assert (read["ben", LESSON.id].attempts[0].handed, read["ben", LESSON.id].attempts[0].clock) == (
        None,
        Clock.UNKNOWN,
    )


def test_without_times_what_is_entered_later_counts_whoever_left_the_class(
    database: Database, find: Callable[..., Found], kept: Kept
) -> None:
    untimed = {"handed": None, "clock": Clock.UNKNOWN}
    enter(database, [], [find("ada", **untimed), find("ben", **untimed), find("cleo", b"old\n", **untimed)])
    for number, content in enumerate((b"new\n", b"old\n"), start=1):
        (new,) = enter(database, [], [find("cleo", content, origin=f"again {number}", **untimed)])
        kept(new)
        standing = standing_of(filed(database)["cleo", LESSON.id], Policy(counts=Counts.LATEST))
        assert (standing.state, standing.digest, standing.tries) == (State.GRADED, new.found.digest, 2)


def test_points_set_by_hand_come_back(database: Database, entry: Entry) -> None:
    told = [
        Override(criterion="doubles", points=1 / 3, who="Zoë", at=NOON, why="it\u0000 works \ud83d"),
        Override(criterion=None, points=0.0, who="", at=NOON),
        Override(criterion=None, points=None, who="Zoë", at=NOON + timedelta(microseconds=1)),
    ]
    with database.reading() as connection:
        number, _ = find_student(connection, "ada")
    for override in told:
        add_override(database, number, LESSON.id, override)
        add_override(database, number, OTHER.id, override)
    kept = (msgspec.structs.replace(told[0], why="it\\x00 works \\ud83d"), *told[1:])
    read = filed(database)
    assert read["ada", LESSON.id].overrides == read["ada", OTHER.id].overrides == kept
    assert read["ada", OTHER.id].attempts == ()
    assert entry.found.placed.lesson == LESSON.id
    with database.reading() as connection:
        assert lessons_known(connection) == {LESSON.id, OTHER.id}


@pytest.mark.parametrize("subject", list(Subject))
@pytest.mark.parametrize("verdict", list(Verdict))
def test_decisions_come_back(database: Database, entry: Entry, subject: Subject, verdict: Verdict) -> None:
    decision = Decision(
        digest=entry.found.digest,
        subject=subject,
        item="told",
        verdict=verdict,
        value=0.1 if verdict is Verdict.ADJUST else None,
        comment="so ist es: 猫",
        who="Zoë",
        at=NOON,
    )
    for _ in range(2):
        add_decision(database, "ada", LESSON.id, decision)
    assert filed(database)["ada", LESSON.id].decisions == (decision, decision)


def test_decisions_are_on_students_that_there_are(database: Database) -> None:
    decision = Decision(digest="", subject=Subject.PROSE, item="told", verdict=Verdict.ACCEPT, who="Zoë", at=NOON)
    with pytest.raises(UsageProblem, match="there is no student 'ada' in the gradebook"):
        add_decision(database, "ada", LESSON.id, decision)


CLASS = [
    Student(key="ada", name="Ada Lovelace", email="ada@example.org", ids={"canvas": "1023", "sis": "s4711"}),
    Student(key="ben", name="José Müller", email="", ids={"login": "jm"}),
    Student(key="jose", name="Jose\u0301 Müller"),
    Student(key="s4711", name="Cleo"),
    Student(key="Δημήτρης"),
]


@pytest.mark.parametrize(
    "name, key",
    [
        ("ada", "ada"),
        ("ADA", "ada"),
        ("ada lovelace", "ada"),
        ("Ada@Example.org", "ada"),
        ("1023", "ada"),
        ("s4711", "s4711"),  # the key of one, before the number of another
        ("JM", "ben"),
        (" cleo ", "s4711"),
        ("ΔΗΜΉΤΡΗΣ", "Δημήτρης"),
    ],
)
def test_a_student_is_found_by_whatever_is_theirs_alone(database: Database, name: str, key: str) -> None:
    enter(database, CLASS, [])
    with database.reading() as connection:
        number, student = find_student(connection, name)
        assert student in CLASS
        assert (student.key, find_student(connection, key)) == (key, (number, student))


@pytest.mark.parametrize(
    "name, said",
    [
        ("josé müller", "'josé müller' may be ben or jose; say which"),
        ("S4711", "'S4711' may be ada or s4711; say which"),
        ("dora", "there is no student 'dora' in the gradebook"),
        ("", "there is no student '' in the gradebook"),
        ("%", "there is no student '%' in the gradebook"),
    ],
)
def test_who_is_meant_by_several_or_nobody_is_asked(database: Database, name: str, said: str) -> None:
    enter(database, CLASS, [])
    with database.reading() as connection, pytest.raises(UsageProblem) as caught:
        find_student(connection, name)
    assert str(caught.value) == said


def test_a_class_is_read_in_as_many_statements_as_a_student(
    database: Database, find: Callable[..., Found], kept: Kept, statements: list[str]
) -> None:
    def told(count: int) -> int:
        for entry in enter(database, [], [find(f"s{number}") for number in range(count)])[-2:]:
            kept(entry)
        statements.clear()
        assert len(filed(database)) == count
        return len(statements)

    assert told(2) == told(500) < 12
