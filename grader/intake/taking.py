"""Takes in what a teacher has: the story from a folder or archive to submissions with students, lessons and times."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from grader.course import Course, Lesson
from grader.intake.clutter import goes_beside
from grader.intake.found import Found, Haul
from grader.intake.lessons import Lessons
from grader.intake.naming import shown
from grader.intake.people import Called, Newcomers, Roster
from grader.intake.placing import Handed, Placing
from grader.intake.roster import read_roster
from grader.intake.surroundings import Surroundings, is_code
from grader.intake.tracing import Trace, trace
from grader.intake.tries import Clocks, in_order
from grader.intake.walk import Walk
from grader.placed import Intake, Unplaced
from grader.standing import Student
from grader.text import folded


def take_in(
    source: Path, course: Course, *, lesson: Lesson | None = None, roster: Path | None = None, scratch: Path
) -> Intake:
    """Finds the submissions in a folder or zip archive, in whatever shape the teacher has it.

    Nothing in it is trusted: no link is followed, nothing is written under a name of theirs, nothing of theirs runs.

    Args:
        source: one file or one folder a student, nbgrader's folders, a bulk download of Moodle or Canvas, or clones.
        course: the course.
        lesson: the lesson of all files that do not say otherwise, and the only one that is taken; None for all.
        roster: a CSV file that says who is in the class, or None; then students are called what paths call them.
        scratch: a folder of ours for archives inside of the source; what is placed is read from there later.

    Returns:
        All that can be graded, and all that cannot, with reasons.

    Raises:
        UsageProblem: the source or the roster cannot be used.
        GraderFault: the course cannot be read.
    """
    registered = None if roster is None else Roster(read_roster(roster))
    haul = Walk(source, scratch, roster).haul()
    lessons = Lessons(course)
    around = Surroundings(
        [found.parts for found in haul.files], haul.repositories, source.resolve(), lessons, registered
    )
    handed = _handed(haul, around, lessons, registered)
    placing = Placing(lessons, lesson, around.name)
    placing.place([one for one in handed if is_code(one.name)])
    for found, reason in placing.refused:
        haul.refuse(found, reason)
    placed = in_order(placing.placed, Clocks(haul.files, haul.repositories))
    beside = _rest(haul, [one for one in handed if not is_code(one.name)], {one.student.key for one in placed})
    shapes = Counter(one.trace.shape for one in placing.placed or handed)
    return Intake(
        shape=shapes.most_common(1)[0][0] if shapes else "nothing that can be graded",
        placed=placed,
        unplaced=tuple(sorted(haul.refused, key=lambda refused: refused.origin)),
        students=registered.students if registered else _met(handed, placing.placed),
        ignored=len(haul.clutter) + beside,
    )


def _handed(haul: Haul, around: Surroundings, lessons: Lessons, registered: Roster | None) -> list[Handed]:
    """The files whose students are known; the others are refused, in so far as they could be graded at all."""
    traces: list[tuple[Found, Trace, Called]] = []
    asides: set[str] = set()
    for found in haul.files:
        aside = around.aside(found.parts)
        traced = trace(found.parts, around, lessons)
        if aside is not None:
            asides.add(aside)
        elif traced.called is None:
            haul.refuse(found, "its path names no student, or more than one")
        else:
            traces.append((found, traced, traced.called))
    for name in asides:
        haul.refused.append(Unplaced(shown(name), "it lies beside nbgrader's folder submitted, which alone is read"))
    traces.sort(key=lambda known: not is_code(known[1].path[-1]))  # these are to have the plain keys
    people = registered or Newcomers(called for _, _, called in traces)
    handed: list[Handed] = []
    for found, traced, called in traces:
        student = people.find(called)
        if isinstance(student, Student):
            handed.append(Handed(found, traced, student))
        elif not is_code(traced.path[-1]):
            haul.refuse(found, _no_code(traced))
        else:
            haul.refuse(found, student)
    return handed


def _rest(haul: Haul, others: Iterable[Handed], graded: set[str]) -> int:
    """Refuses what is no code, apart from data beside a submission; how many files these are."""
    beside = 0
    for one in others:
        if one.student.key in graded and goes_beside(one.name):
            beside += 1
        else:
            haul.refuse(one.found, _no_code(one.trace))
    return beside


def _no_code(traced: Trace) -> str:
    if traced.typed:
        return "it is text that was typed into a form; only .py and .ipynb files can be graded"
    return "only .py and .ipynb files can be graded"


def _met(handed: Iterable[Handed], placed: Iterable[Handed]) -> tuple[Student, ...]:
    """Everybody who is known by a submission, or by a place of their own."""
    students = {one.student.key: one.student for one in placed}
    for one in handed:
        if one.trace.owned:
            students.setdefault(one.student.key, one.student)
    return tuple(sorted(students.values(), key=lambda student: (folded(student.key), student.key)))
