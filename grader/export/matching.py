"""Finds the rows of students in what was downloaded from another system."""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from grader.export.told import about
from grader.standing import Student
from grader.text import one_line

#: What is compared, the surest first: what we know of a student with what a row says.
_TIERS = (
    ("canvas", "canvas"),
    ("moodle", "moodle"),
    ("sis", "sis"),
    ("login", "login"),
    ("email", "email"),
    ("email", "login"),
    ("key", "login"),
    ("key", "sis"),
    ("login", "cell"),
    ("sis", "cell"),
    ("key", "cell"),
    ("name", "name"),
)
#: Two persons may have one name, but no two of these.
_UNIQUE = ("canvas", "sis", "login")

Row = Mapping[str, Collection[str]]


def matched(students: Sequence[Student], rows: Mapping[int, Row]) -> dict[int, Student]:
    """Pairs rows with students; what is not unique on both sides, or contradicts itself, is no pair.

    Args:
        students: the students.
        rows: for each row what it says, by kind: "canvas", "moodle", "sis", "login", "email", "name", and "cell" for
            what may be any of the identifiers.

    Returns:
        The students by row.
    """
    facts = {student.key: _facts(student) for student in students}
    offers = {
        number: {kind: {_fold(kind, text) for text in row[kind]} - {""} for kind in row} for number, row in rows.items()
    }
    pairs: dict[int, Student] = {}
    for ours, theirs in _TIERS:
        paired = {student.key for student in pairs.values()}
        wanted, offered = defaultdict[str, list[Student]](list), defaultdict[str, list[int]](list)
        for student in students:
            if student.key not in paired:
                wanted[facts[student.key].get(ours, "")].append(student)
        for number in offers.keys() - pairs.keys():
            for text in offers[number].get(theirs, ()):
                offered[text].append(number)
        for text, those in wanted.items():
            hits = offered.get(text, [])
            if len(those) == len(hits) == 1 and not (ours == "name" and _differ(facts[those[0].key], offers[hits[0]])):
                pairs[hits[0]] = those[0]
    return pairs


def unmatched(students: Sequence[Student], rows: Mapping[int, Row], pairs: Mapping[int, Student]) -> list[str]:
    """Says which students have no row and which rows no student."""
    found = {student.key for student in pairs.values()}
    lost = [student for student in students if student.key not in found]
    strange = [row for number, row in rows.items() if number not in pairs]
    notes = about("the template has no row, or no row of their own, for", lost)
    if strange:
        said = ", ".join(one_line(_first(row)) for row in strange)
        notes.append(f"rows of the template that are nobody we know, and stayed as they were: {said}")
    return notes


def _first(row: Row) -> str:
    return next((text for texts in row.values() for text in texts if text), "?")


def _facts(student: Student) -> dict[str, str]:
    known = {**student.ids, "key": student.key, "email": student.email, "name": student.name}
    return {kind: _fold(kind, text) for kind, text in known.items()}


def _differ(facts: Mapping[str, str], row: Row) -> bool:
    return any(facts.get(kind) and row.get(kind) and facts[kind] not in row[kind] for kind in _UNIQUE)


def _fold(kind: str, text: str) -> str:
    text = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if kind == "name" and text.count(",") == 1:
        last, _, first = text.partition(",")
        return f"{first.strip()} {last.strip()}".strip()
    return text
