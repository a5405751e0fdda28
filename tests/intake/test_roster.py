from pathlib import Path

import pytest

from grader.errors import UsageProblem
from grader.intake.roster import read_roster
from grader.standing import Student


def _read(tmp_path: Path, content: str | bytes) -> tuple[Student, ...]:
    path = tmp_path / "roster.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_roster(path)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_what_programs_write_is_read(tmp_path: Path, separator: str, encoding: str) -> None:
    rows = [["Username", "First Name", "LAST_NAME", "E-Mail", "Section"], ["jose", "José", "Núñez", "j@x.edu", "1"]]
    text = "".join(separator.join(row) + "\r\n" for row in rows)
    assert _read(tmp_path, text.encode(encoding)) == (Student(key="jose", name="José Núñez", email="j@x.edu"),)


def test_the_gradebook_of_canvas(tmp_path: Path) -> None:
    text = (
        "Student,ID,SIS User ID,SIS Login ID,Section,Lesson 6 (77)\n,,,,,Manual Posting\n"
        '    Points Possible,,,,,100\n"Lovelace, Ada",1023,s4711,ada,A,90\n"Student, Test",9,,x,A,\n'
    )
    ids = {"canvas": "1023", "sis": "s4711", "login": "ada"}
    assert _read(tmp_path, text) == (Student(key="ada", name="Lovelace, Ada", ids=ids),)


def test_the_grading_worksheet_of_moodle(tmp_path: Path) -> None:
    text = "Identifier,Full name,Email address,Status\nParticipant 1234567,Ada Lovelace,ada@x.edu,Submitted\n"
    assert _read(tmp_path, text) == (
        Student(key="ada@x.edu", name="Ada Lovelace", email="ada@x.edu", ids={"moodle": "1234567"}),
    )


def test_the_roster_of_github_classroom(tmp_path: Path) -> None:
    text = '"identifier","github_username","github_id","name"\n"s4711","ada-l","99",""\n"s4712","","",""\n'
    assert _read(tmp_path, text) == (
        Student(key="s4711", ids={"id": "s4711", "github": "ada-l"}),
        Student(key="s4712", ids={"id": "s4712"}),
    )


def test_the_roster_of_classroom50(tmp_path: Path) -> None:
    text = "username,first_name,last_name,email,section,github_id,role\nada-l,Ada,Lovelace,,A,99,student\n"
    assert _read(tmp_path, text) == (Student(key="ada-l", name="Ada Lovelace"),)


def test_names_of_students_are_harmless(tmp_path: Path) -> None:
    student = _read(tmp_path, 'username,name\nada,"A\x1b[2J\u202e\nda"\n')[0]
    assert student.name.isprintable()


@pytest.mark.parametrize(
    "content,told",
    [
        ("", "tells no students"),
        ("a,b\n1,2\n", "tells no students"),
        ("username\n", "has no students"),
        ("username\nada\n\nalan\nADA\n", "ada twice, in rows 2 and 5"),
        (b"username\n" + b"x" * 200_000, "no CSV file"),
        (b"x" * 16_000_001, "larger than 16 MB"),
    ],
)
def test_what_is_no_roster_is_told(tmp_path: Path, content: str | bytes, told: str) -> None:
    with pytest.raises(UsageProblem, match=told):
        _read(tmp_path, content)


def test_a_missing_roster_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="cannot be read: No such file"):
        read_roster(tmp_path / "none.csv")
