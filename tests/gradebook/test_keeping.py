"""A mark with all its evidence is added once, and comes back bit for bit."""

import zlib
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from sqlalchemy import func, select, update

from grader.errors import GraderFault
from grader.gradebook.database import Database
from grader.gradebook.handing import Entry
from grader.gradebook.keeping import Marked, Work, keep, keep_fault, known, packed_report, processor, sources
from grader.gradebook.running import Claim, Running, running
from grader.gradebook.tables import ATTEMPT, OUTCOME
from grader.model import Grade
from grader.report.json_report import decode, encode

_T = TypeVar("_T")
Make = Callable[..., _T]
LESSONS = ["lesson01_tiny"]


class Keeper:
    """Keeps marks of one submission by one rubric or another."""

    def __init__(
        self, database: Database, entry: Entry, grade: Callable[..., Grade], work: Callable[..., Work]
    ) -> None:
        self.database, self.entry, self._grade, self._work = database, entry, grade, work

    def grade(self, rubric: str) -> Grade:
        return self._grade(self.entry.found, rubric * 64)

    def work(self, rubric: str) -> Work:
        return self._work(self.entry.id, self.grade(rubric).key)

    def keep(self, run: Running, rubric: str = "a", **rest: Any) -> None:
        mark = self.grade(rubric)
        marked = Marked(mark, encode(mark), "x = 1\n", automatic=False, **rest)
        keep(self.database, run, self.work(rubric), marked)

    def fail(self, run: Running, rubric: str = "a", fault: str = "the machine was busy") -> None:
        keep_fault(self.database, run, self.work(rubric), fault)

    def attempts(self) -> list[Any]:
        with self.database.reading() as connection:
            return list(connection.execute(select(ATTEMPT).order_by(ATTEMPT.c.id)))

    def outcomes(self) -> int:
        with self.database.reading() as connection:
            return connection.execute(select(func.count()).select_from(OUTCOME)).scalar_one()


@pytest.fixture
def keeper(database: Database, entry: Entry, grade: Make[Grade], work: Make[Work]) -> Keeper:
    return Keeper(database, entry, grade, work)


def test_a_mark_is_all_that_the_grade_says(keeper: Keeper) -> None:
    with running(keeper.database) as run:
        keeper.keep(run)
    (attempt,), grade = keeper.attempts(), keeper.grade("a")
    assert (attempt.points, attempt.max_points, attempt.percent) == (4.1 + 4 / 3, 12.0, 45.3)
    assert (attempt.key, attempt.outcome_key) == (keeper.work("a").key, keeper.work("a").outcome_key)
    assert (attempt.rubric, attempt.seed_id, attempt.fault) == ("a" * 64, "public", "")
    assert attempt.versions == {"grade": "1", "python": "3", "keras": "3", "tensorflow": "2", "numpy": "2"}
    assert (attempt.rescored_from, attempt.run_id, attempt.processor) == (None, run.number, processor())
    with keeper.database.reading() as connection:
        rows = connection.execute(select(OUTCOME).order_by(OUTCOME.c.place)).all()
    assert len(rows) == 3
    for place, (row, scored) in enumerate(zip(rows, grade.rows, strict=True)):
        assert (row.attempt_id, row.place, row.criterion, row.title) == (attempt.id, place, scored.id, scored.title)
        assert (row.points, row.max_points) == (scored.points, scored.max_points)
        checked, finding = scored.checked, scored.checked.finding
        assert (row.outcome, row.provisional, row.borderline) == (
            checked.outcome.value,
            checked.provisional,
            checked.borderline,
        )
        assert (row.cause, row.headline) == ((finding.cause, finding.headline) if finding else ("", ""))


def test_a_report_comes_back_bit_for_bit(keeper: Keeper) -> None:
    with running(keeper.database) as run:
        keeper.keep(run)
    report = packed_report(keeper.database, 1)
    assert report == encode(keeper.grade("a"))
    assert decode(report) == keeper.grade("a")


def test_a_program_comes_back_as_it_was(database: Database, entry: Entry, grade: Any, work: Any) -> None:
    texts = ["", "x = '\0\ud83d \u202e'\r\n", "# 猫\n"]
    with running(database) as run:
        for number, text in enumerate(texts):
            mark = grade(entry.found, str(number) * 64)
            keep(database, run, work(entry.id, mark.key), Marked(mark, encode(mark), text, automatic=False))
    assert sources(database, [1, 2, 3, 4]) == {1: texts[0], 2: texts[1], 3: texts[2]}
    assert sources(database, []) == {}
    assert sources(database, range(2, 100_000)) == {2: texts[1], 3: texts[2]}


def test_the_same_mark_twice_is_one_whoever_keeps_it(keeper: Keeper) -> None:
    with running(keeper.database) as one, running(keeper.database) as two:
        for run in (one, two, one):
            keeper.keep(run)
    assert [attempt.run_id for attempt in keeper.attempts()] == [one.number]
    assert keeper.outcomes() == 3


def test_the_newest_mark_counts_also_where_it_is_an_old_one_again(keeper: Keeper) -> None:
    with running(keeper.database) as run:
        for rubric in "aba":
            keeper.keep(run, rubric)
    (entry,) = known(keeper.database, LESSONS).values()
    a, b = keeper.work("a"), keeper.work("b")
    assert entry.newest == a.key
    assert entry.marks == {a.key: 3, b.key: 2}
    assert entry.outcomes == {a.outcome_key: 3}  # a rubric changes no outcome
    assert entry.faults == {}


def test_what_a_mark_rests_on_is_kept_with_it(keeper: Keeper) -> None:
    with running(keeper.database) as run:
        keeper.keep(run)
        keeper.keep(run, "b", rests_on=1)
    assert [attempt.rescored_from for attempt in keeper.attempts()] == [None, 1]


def test_a_fault_is_no_mark(keeper: Keeper) -> None:
    with running(keeper.database) as run:
        for fault in ("the machine was busy", "", "a\0b \ud83d"):
            keeper.fail(run, "a", fault)
    (entry,) = known(keeper.database, LESSONS).values()
    assert (entry.newest, entry.marks, entry.outcomes) == ("", {}, {})
    assert entry.faults == {keeper.work("a").key: 3}
    said = [attempt.fault for attempt in keeper.attempts()]
    assert said == ["the machine was busy", "for no known reason", "a\\x00b \\ud83d"]
    assert keeper.outcomes() == 0
    with pytest.raises(GraderFault, match="attempt 1 in the gradebook is damaged"):
        packed_report(keeper.database, 1)


def test_a_fault_after_a_mark_leaves_none_that_counts_until_it_is_kept_again(keeper: Keeper) -> None:
    """Standings say that there is no mark, so what plans the next run must not say that nothing is to be done."""
    with running(keeper.database) as run:
        keeper.keep(run, "a")
        keeper.fail(run, "b")
        (entry,) = known(keeper.database, LESSONS).values()
        assert (entry.newest, entry.marks) == ("", {keeper.work("a").key: 1})
        keeper.keep(run, "a", rests_on=1)
    (entry,) = known(keeper.database, LESSONS).values()
    assert (entry.newest, entry.marks) == (keeper.work("a").key, {keeper.work("a").key: 3})


def test_of_other_lessons_nothing_is_known(keeper: Keeper) -> None:
    with running(keeper.database) as run:
        keeper.keep(run)
    assert known(keeper.database, ["lesson02_other"]) == known(keeper.database, []) == {}


def _cut(packed: bytes) -> bytes:
    return packed[:-1]


def _flip(packed: bytes) -> bytes:
    middle = len(packed) // 2
    return packed[:middle] + bytes([packed[middle] ^ 1]) + packed[middle + 1 :]


@pytest.mark.parametrize("damage", [_cut, _flip, lambda _: b"", lambda _: b"no zlib"])
@pytest.mark.parametrize("read", [packed_report, lambda database, attempt: sources(database, [attempt])])
def test_damage_is_a_fault_in_one_sentence(
    keeper: Keeper, damage: Callable[[bytes], bytes], read: Callable[[Database, int], object]
) -> None:
    with running(keeper.database) as run:
        keeper.keep(run)
    packed = keeper.attempts()[0].report
    assert zlib.decompress(packed)
    with keeper.database.writing() as connection:
        connection.execute(update(ATTEMPT).values(report=damage(packed), source=damage(packed) or b"?"))
    with pytest.raises(GraderFault, match=r"^attempt 1 in the gradebook is damaged: .+$") as caught:
        read(keeper.database, 1)
    assert "\n" not in str(caught.value)


def test_what_is_not_there_is_a_fault_in_one_sentence(database: Database) -> None:
    with pytest.raises(GraderFault, match="attempt 7 in the gradebook is damaged"):
        packed_report(database, 7)


def test_a_mark_that_cannot_be_kept_whole_is_not_kept(keeper: Keeper) -> None:
    with running(keeper.database) as run:
        run.claim(keeper.entry.id, keeper.work("a").key)
        with keeper.database.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE outcome RENAME TO lost")
        with pytest.raises(GraderFault, match=r"the gradebook fails: .*outcome"):
            keeper.keep(run)
        assert keeper.attempts() == []
        with keeper.database.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE lost RENAME TO outcome")
        assert run.claim(keeper.entry.id, keeper.work("a").key) is Claim.HELD  # it is given back with the mark only
        keeper.keep(run)
    assert len(keeper.attempts()) == 1
