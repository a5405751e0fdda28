"""Reads a roster: the CSV file that says who is in the class, as teachers' systems export it."""

import csv
import io
import re
from pathlib import Path

from grader.errors import UsageProblem
from grader.intake.naming import compact, shown
from grader.standing import Student
from grader.text import folded

_MAX_BYTES = 16_000_000
_SEPARATORS = ",;\t"
#: For each thing that is told of a student the headers that it goes by, without case, spaces and signs.
_HEADERS = {
    "key": "key username user",
    "name": "name fullname student studentname displayname",
    "first": "first firstname givenname givennames forename vorname",
    "last": "last lastname surname familyname nachname",
    "email": "email emailaddress mail",
    "id": "id identifier",
    "canvas": "canvas canvasid canvasuserid",
    "sis": "sis sisid sisuserid idnumber studentid studentnumber matriculationnumber matrikelnummer",
    "login": "login loginid sisloginid",
    "moodle": "moodle moodleid participant participantid",
    "github": "github githubusername githubuser githublogin",
}
_MEANINGS = {header: meaning for meaning, headers in _HEADERS.items() for header in headers.split()}
_SYSTEMS = ("id", "canvas", "sis", "login", "moodle", "github")
#: What a student is known by, the best first.
_KNOWN_BY = ("key", "login", "sis", "id", "github", "email", "name", "canvas", "moodle")
#: Rows of Canvas's gradebook that are no students.
_NO_STUDENTS = {"points possible", "student, test"}
#: Moodle's grading worksheet says "Participant 1234567", in the teacher's language.
_PARTICIPANT = re.compile(r"\D+ (\d+)")


def read_roster(path: Path) -> tuple[Student, ...]:
    """Reads a roster.

    Its columns may stand in any order and go by the names that Moodle, Canvas, GitHub Classroom and people give them;
    they are separated by commas, semicolons or tabs. Columns of other names are not read.

    Args:
        path: the file.

    Returns:
        The students, in its order.

    Raises:
        UsageProblem: it cannot be read, has no column that tells students, or one student twice.
    """
    rows = _rows(path)
    meanings = _meanings(rows[0] if rows else [])
    if not {*meanings.values()} & {*_KNOWN_BY, "last"}:
        raise UsageProblem(f"the roster {path} tells no students: its first row has to name a column username or name")
    students: dict[str, tuple[Student, int]] = {}
    for number, row in enumerate(rows[1:], 2):
        student = _student(
            {meanings[at]: text for at, cell in enumerate(row) if at in meanings and (text := shown(cell))}
        )
        if student is None:
            continue
        other, first = students.setdefault(folded(student.key), (student, number))
        if first != number:
            raise UsageProblem(f"the roster {path} has {other.key} twice, in rows {first} and {number}")
    if not students:
        raise UsageProblem(f"the roster {path} has no students")
    return tuple(student for student, _ in students.values())


def _rows(path: Path) -> list[list[str]]:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as problem:
        raise UsageProblem(f"the roster {path} cannot be read: {problem.strerror}") from problem
    if len(data) > _MAX_BYTES:
        raise UsageProblem(f"the roster {path} is larger than {_MAX_BYTES // 1_000_000} MB; is it the right file?")
    text = _decoded(data)
    header = text.lstrip().partition("\n")[0]
    separator = max(_SEPARATORS, key=header.count)
    try:
        return list(csv.reader(io.StringIO(text.lstrip(), newline=""), delimiter=separator))
    except csv.Error as problem:
        raise UsageProblem(f"the roster {path} is no CSV file: {problem}") from problem


def _decoded(data: bytes) -> str:
    """The text: UTF-8, or what Excel writes otherwise."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _meanings(header: list[str]) -> dict[int, str]:
    """What the columns tell; of several that tell the same, the first counts."""
    found: dict[str, int] = {}
    for at, name in enumerate(header):
        meaning = _MEANINGS.get(compact(name))
        if meaning:
            found.setdefault(meaning, at)
    if {"id", "name"} <= found.keys() and {"sis", "login"} & found.keys():  # as Canvas exports its gradebook
        found.setdefault("canvas", found.pop("id"))
    return {at: meaning for meaning, at in found.items()}


def _student(cells: dict[str, str]) -> Student | None:
    """The student of a row, or None where it has none."""
    if folded(cells.get("name", "")) in _NO_STUDENTS:
        return None
    participant = _PARTICIPANT.fullmatch(cells.get("id", ""))
    if participant:
        cells["moodle"] = participant[1]
        del cells["id"]
    whole = " ".join(cells[part] for part in ("first", "last") if part in cells)
    name = cells.get("name") or whole
    known = {**cells, "name": name} if name else cells
    key = next((known[what] for what in _KNOWN_BY if what in known), None)
    if key is None:
        return None
    ids = {system: cells[system] for system in _SYSTEMS if system in cells}
    return Student(key=key, name=name, email=cells.get("email", ""), ids=ids)
