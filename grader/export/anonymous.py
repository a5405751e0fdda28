"""A class of whom nobody can tell who is who."""

import secrets

import msgspec

from grader.standing import Class, Clock, Standing, Student


def anonymised(klass: Class) -> Class:
    """Puts numbers in place of names.

    Numbers are dealt anew each time, so that neither their order nor an older export tells who is who. What else could
    tell it goes as well: file names, times, and sentences that people wrote.

    Args:
        klass: a class.

    Returns:
        The same marks of "student 1", "student 2" and so on.
    """
    dealt = [*klass.students]
    secrets.SystemRandom().shuffle(dealt)
    width = len(str(len(dealt)))
    students = {student.key: Student(key=f"student {number:0{width}}") for number, student in enumerate(dealt, 1)}
    standings = (_bare(each, students[each.student.key]) for each in klass.standings if each.student.key in students)
    return msgspec.structs.replace(klass, students=tuple(students.values()), standings=tuple(standings))


def _bare(standing: Standing, student: Student) -> Standing:
    return msgspec.structs.replace(
        standing,
        student=student,
        criteria=tuple(
            msgspec.structs.replace(each, decided_by=each.decided_by and "a teacher") for each in standing.criteria
        ),
        reasons=(),
        waiting=tuple("waits for a teacher" for _ in standing.waiting),
        file="",
        digest="",
        handed=None,
        clock=Clock.UNKNOWN,
        fault="",
    )
