"""Students and what they handed in are entered once, whatever they are called and however often they are found."""

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from grader.gradebook.database import Database
from grader.gradebook.handing import Found, enter, read_aliases, read_students
from grader.gradebook.tables import DETAIL, STUDENT, SUBMISSION, TRY
from grader.standing import Clock, Student

Find = Callable[..., Found]
NOON = datetime(2025, 1, 31, 12, tzinfo=UTC)


def counts(database: Database) -> tuple[int, ...]:
    """How many students, details, submissions and tries there are."""
    with database.reading() as connection:
        tables = (STUDENT, DETAIL, SUBMISSION, TRY)
        return tuple(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)


def students(database: Database) -> dict[str, Student]:
    with database.reading() as connection:
        return {student.key: student for student in read_students(connection).values()}


def test_entering_the_same_again_adds_nothing(database: Database, find: Find) -> None:
    roster = [Student(key="ada", name="Ada Lovelace", email="ada@example.org", ids={"sis": "s1"}), Student(key="ben")]
    found = [find("ada"), find("cleo", b"y = 2\n")]
    first = enter(database, roster, found)
    before = counts(database)
    assert before == (3, 1, 2, 2)
    assert enter(database, roster, found) == first
    assert counts(database) == before
    assert set(students(database)) == {"ada", "ben", "cleo"}


def test_nobody_and_nothing_can_be_entered(database: Database) -> None:
    assert enter(database, [], []) == []
    assert counts(database) == (0, 0, 0, 0)


def test_news_add_a_row_and_what_was_told_before_stays(database: Database) -> None:
    for name in ("Ada Byron", "Ada Lovelace"):
        enter(database, [Student(key="ada", name=name)], [])
    assert students(database) == {"ada": Student(key="ada", name="Ada Lovelace")}
    with database.reading() as connection:
        told = connection.execute(select(DETAIL.c.name).order_by(DETAIL.c.id)).scalars().all()
    assert told == ["Ada Byron", "Ada Lovelace"]


def test_what_is_not_told_again_is_still_known(database: Database, find: Find) -> None:
    """A class is graded with a roster, and later without."""
    ada = Student(key="ada", name="Ada Lovelace", email="ada@example.org", ids={"sis": "s1"})
    enter(database, [ada], [])
    enter(database, [], [find(student=Student(key="ada", ids={"canvas": "9"}))])
    both = Student(key="ada", name="Ada Lovelace", email="ada@example.org", ids={"sis": "s1", "canvas": "9"})
    assert students(database) == {"ada": both}
    before = counts(database)
    enter(database, [], [find("ada")])
    assert counts(database) == before


def test_a_roster_is_believed_before_the_name_of_a_folder(database: Database, find: Find) -> None:
    enter(database, [Student(key="ada", name="Ada Lovelace")], [find(student=Student(key="ada", name="lovelace_ada"))])
    assert students(database)["ada"].name == "Ada Lovelace"


def test_the_same_bytes_are_one_submission_and_several_tries(database: Database, find: Find) -> None:
    found = [find(handed=NOON + timedelta(days=day), origin=f"try {day}") for day in range(3)]
    (entry,) = enter(database, [], found)
    assert entry.found.placed.origin == "try 2"
    assert counts(database) == (1, 0, 1, 3)


def test_the_same_bytes_of_two_students_or_lessons_are_two_submissions(database: Database, find: Find) -> None:
    found = [find("ada"), find("ben"), find("ada", lesson="lesson02_tiny")]
    assert len({entry.id for entry in enter(database, [], found)}) == 3


def test_the_same_bytes_as_a_program_and_as_a_notebook_are_two(database: Database, find: Find) -> None:
    names = ("a.py", "a.ipynb", "B.IPYNB", ".ipynb", "a.ipynb.py")
    found = [find(name=name) for name in names]
    assert [each.kind for each in found] == ["py", "ipynb", "ipynb", "ipynb", "py"]
    assert len(enter(database, [], found)) == 2
    assert counts(database) == (1, 0, 2, 5)


HARD = [
    "\udcff",
    "\udcfe",
    "a\0b",
    "\ud83d",
    "x" * 3000,
    "x" * 3001,
    "\u202eada",
    "Jose\u0301",
    "José",
    " ",
    "",
    "猫" * 900,
]


def test_whatever_students_and_files_are_called_is_entered(database: Database, find: Find) -> None:
    who = [Student(key=key, name=key, email=key, ids={key: key}) for key in HARD]
    noise = random.Random(1)  # noqa: S311  text that no database can compress into its index
    long = "".join(chr(noise.randrange(0x4E00, 0x9FFF)) for _ in range(20_000))
    found = [find(student=each, name=each.key, origin=f"{each.key}/{long}") for each in who]
    entries = enter(database, who, found)
    assert len({entry.found.placed.student.key for entry in entries}) == len(HARD)
    assert counts(database) == (12, 12, 12, 12)
    known = students(database)
    assert all(known[entry.found.placed.student.key] == entry.found.placed.student for entry in entries)
    assert [entry.id for entry in enter(database, who, found)] == [entry.id for entry in entries]
    assert counts(database) == (12, 12, 12, 12)
    assert enter(database, [], [entry.found for entry in entries]) == entries  # what it said it knows again
    assert {"Jose\u0301", "José", "\u202eada", "a\\x00b", "\\udcff"} <= set(known)


def test_a_time_that_nobody_knows_is_entered_once(database: Database, find: Find) -> None:
    unknown = find(handed=None, clock=Clock.UNKNOWN)
    for found in (unknown, unknown, find(handed=None, clock=Clock.MODIFIED)):
        enter(database, [], [found])
    assert counts(database) == (1, 0, 1, 1)


def test_pages_call_each_student_differently_and_always_the_same(database: Database) -> None:
    class_ = [Student(key=f"s{number}") for number in range(200)]
    aliases = []
    for _ in range(2):
        enter(database, class_, [])
        with database.reading() as connection:
            aliases.append(read_aliases(connection))
    assert aliases[0] == aliases[1]
    assert len(set(aliases[0].values())) == 200
    assert not any(key in alias.split() for key, alias in aliases[0].items())


def test_ten_thousand_submissions_take_no_more_statements_than_ten(
    database: Database, find: Find, statements: list[str]
) -> None:
    def told(count: int) -> int:
        statements.clear()
        enter(database, [], [find(f"s{number:05}") for number in range(count)])
        return len(statements)

    few, many, again = told(10), told(10_000), told(10_000)
    assert counts(database) == (10_000, 0, 10_000, 10_000)
    assert few == many == again < 20


def test_several_may_enter_the_same_class_at_once_in_any_order(url: str, find: Find) -> None:
    class_ = [Student(key=f"s{number}", name=f"N {number}") for number in range(300)]
    orders = [class_, class_[::-1], class_[150:] + class_[:150], class_[::2] + class_[1::2]]
    books = [Database(url) for _ in orders]
    problems: list[BaseException] = []

    def come(book: Database, order: list[Student]) -> None:
        try:
            enter(book, order, [find(student=student) for student in order])
        except BaseException as problem:  # noqa: BLE001  the test tells it
            problems.append(problem)

    threads = [threading.Thread(target=come, args=pair) for pair in zip(books, orders, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert counts(books[0]) == (300, 300, 300, 300)
    for book in books:
        book.close()
