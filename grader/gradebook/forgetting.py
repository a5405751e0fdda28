"""Erases one student from a gradebook, which the law may ask for; nothing else in it is ever deleted."""

from sqlalchemy import delete, select

from grader.gradebook.database import Database
from grader.gradebook.running import hold_idle
from grader.gradebook.tables import (
    ATTEMPT,
    CLAIM,
    DECISION,
    DETAIL,
    MARK,
    OUTCOME,
    OVERRIDE,
    STUDENT,
    SUBMISSION,
    TRY,
)


def erase(database: Database, student: int) -> dict[str, int]:
    """Erases all rows of a student in one transaction; no row stays, for even a lone mark may tell whose it was.

    Args:
        database: the gradebook.
        student: number of the student.

    Returns:
        How many rows were erased, by name of the table.

    Raises:
        UsageProblem: somebody grades into this gradebook just now, or it may not be written to; nothing is erased.
        GraderFault: the database fails; nothing is erased.
    """
    submissions = select(SUBMISSION.c.id).where(SUBMISSION.c.student_id == student)
    attempts = select(ATTEMPT.c.id).where(ATTEMPT.c.submission_id.in_(submissions))
    chosen = {  # in an order in which no row is left that points at one that is gone
        OUTCOME: OUTCOME.c.attempt_id.in_(attempts),
        MARK: MARK.c.student_id == student,
        **{table: table.c.submission_id.in_(submissions) for table in (ATTEMPT, CLAIM, TRY)},
        **{table: table.c.student_id == student for table in (SUBMISSION, OVERRIDE, DECISION, DETAIL)},
        STUDENT: STUDENT.c.id == student,
    }
    with database.writing() as connection:
        hold_idle(connection)
        return {table.name: connection.execute(delete(table).where(which)).rowcount for table, which in chosen.items()}
