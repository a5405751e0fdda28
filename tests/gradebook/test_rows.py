"""Rows are added once, whichever unique index says that they are there."""

from sqlalchemy import insert, select

from grader.gradebook.database import Database
from grader.gradebook.rows import add_new, insert_new
from grader.gradebook.tables import STUDENT


def test_rows_that_are_there_stay_and_the_others_come(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(insert(STUDENT), {"id": 7, "key": "ada", "alias": "first"})
        add_new(connection, STUDENT, [{"key": key, "alias": "second"} for key in ("ada", "ben", "ben")])
        add_new(connection, STUDENT, [])
    with database.reading() as connection:
        rows = connection.execute(select(STUDENT.c.key, STUDENT.c.alias).order_by(STUDENT.c.key)).all()
    assert rows == [("ada", "first"), ("ben", "second")]


def test_it_is_said_whether_a_row_came(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(insert(STUDENT), {"key": "ada", "alias": "student"})
        came = [
            connection.execute(
                insert_new(connection, STUDENT).values(key=key, alias="student").returning(STUDENT.c.key)
            )
            .scalars()
            .all()
            for key in ("ada", "ben")
        ]
    assert came == [[], ["ben"]]
