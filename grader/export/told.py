"""Sentences on students whom an export says nothing, or nothing final, of."""

from collections.abc import Sequence

from grader.standing import Class, LessonInfo, Standing, State, Student
from grader.text import one_line

_NO_MARK = {
    State.MISSING: "nothing was handed in",
    State.WAITING: "it is not graded yet",
    State.GRADED: "it is graded but not marked",
    State.QUARANTINED: "the grader failed on it again and again",
}


def standings(klass: Class, lesson: LessonInfo) -> list[Standing]:
    """What all students stand at in a lesson; who has no standing there has handed nothing in."""
    known = {standing.student.key: standing for standing in klass.standings if standing.lesson == lesson.id}
    return [
        known.get(student.key) or Standing(student=student, lesson=lesson.id, state=State.MISSING)
        for student in klass.students
    ]


def points_to_be_had(lesson: LessonInfo, standing: Standing) -> float:
    """Those that were graded; the lesson's, where a teacher gave a mark to what was not graded."""
    return standing.max_points or lesson.max_points


def about(what: str, students: Sequence[Student]) -> list[str]:
    """One sentence on students, e.g. "no mark for 2 students: Ada, Bob", or none where there are none."""
    count = "1 student" if len(students) == 1 else f"{len(students)} students"
    names = ", ".join(one_line(str(student)) for student in students)
    return [f"{what} {count}: {names}"] if students else []


def open_marks(klass: Class) -> list[str]:
    """Says who has no mark, and whose mark waits for a teacher."""
    notes = []
    for lesson in klass.lessons:
        everybody = standings(klass, lesson)
        for state in State:
            unmarked = [each.student for each in everybody if each.final is None and each.state is state]
            notes += about(f"{lesson.id}: {_NO_MARK[state]}, so no mark is written for", unmarked)
        waiting = [each.student for each in everybody if each.final is not None and each.waiting]
        notes += about(f"{lesson.id}: the mark still waits for a teacher for", waiting)
    return notes
