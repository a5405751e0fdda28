import base64
import functools
import hashlib
import itertools
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from grader.classpage.pages import write_pages
from grader.classpage.twins import Twin
from grader.errors import UsageProblem
from grader.model import Outcome
from grader.placed import Unplaced
from grader.standing import Class, CriterionStanding, LessonInfo, Standing, State, Student

MakeClass = Callable[..., Class]


def _no_report(_student: Student, _lesson: str) -> None:
    return None


def _report(student: Student, lesson: str) -> str | None:
    return f"reports/{student.key}/{lesson}.html"


def _written(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


def test_there_is_a_page_of_the_course_and_one_of_each_lesson(make_class: MakeClass, tmp_path: Path) -> None:
    index = write_pages(make_class(5, 3), tmp_path / "new" / "class", reports=_report)
    assert index == tmp_path / "new" / "class" / "index.html"
    pages = _written(index.parent)
    assert pages.keys() == {"index.html", "lesson01.html", "lesson02.html", "lesson03.html"}
    for page in pages.values():
        targets = re.findall(r'href="([^"#]+)', page)
        assert {target for target in targets if not target.startswith("reports/")} <= pages.keys()


def test_each_student_has_a_row_with_marks_and_report(make_class: MakeClass, tmp_path: Path) -> None:
    klass = make_class(30, 2)
    write_pages(
        klass, tmp_path, reports=lambda student, lesson: None if lesson.endswith("x") else _report(student, lesson)
    )
    pages = _written(tmp_path)
    known = {(standing.student.key, standing.lesson): standing for standing in klass.standings}
    for student in klass.students:
        (row,) = re.findall(
            rf"<tr><th[^>]*><bdi>{re.escape(student.name).replace(chr(39), '&#39;')}<.*", pages["index.html"]
        )
        for lesson in klass.lessons:
            standing = known.get((student.key, lesson.id))
            final = standing.final if standing else None
            shown = "" if final is None else f"{final:.6g}"
            assert f'<a href="reports/{student.key}/{lesson.id}.html">{shown}' in row


def test_the_page_says_what_waits_what_failed_and_what_is_missing(tmp_path: Path) -> None:
    ada, bob, cy, di = (Student(key=key, name=key.title()) for key in ("ada", "bob", "cy", "di"))
    criterion = CriterionStanding(
        id="skill",
        title="Forecasts `well`",
        outcome=Outcome.FAILED,
        cause="weak",
        headline="`forecast` is no better than a guess.",
        points=0,
        max_points=100,
        checked_points=0,
        borderline=True,
    )
    graded = Standing(
        student=ada,
        lesson="lesson01_tiny",
        state=State.GRADED,
        criteria=(criterion,),
        raw=80.0,
        final=72.0,
        passed=True,
        reasons=("Handed in a day late: 10 % less.",),
        waiting=("An answer in sentences waits.",),
        tries=3,
        handed=datetime(2025, 1, 2, 3, 4, tzinfo=UTC),
    )
    broken = Standing(student=bob, lesson="lesson01_tiny", state=State.QUARANTINED, fault="The disk is full.")
    klass = Class(
        title="Course",
        lessons=(LessonInfo(id="lesson01_tiny", title="Tiny", max_points=100),),
        students=(ada, bob, cy, di),
        standings=(graded, broken, Standing(student=cy, lesson="lesson01_tiny", state=State.WAITING)),
        pass_mark=60,
        made=datetime(2025, 1, 3, tzinfo=UTC),
    )
    twin = Twin(
        lesson="lesson01_tiny",
        first="ada",
        second="cy",
        share=0.899,
        first_lines=((1, 4), (9, 9)),
        second_lines=((2, 5),),
    )
    write_pages(
        klass,
        tmp_path,
        reports=_no_report,
        twins=[twin, replace(twin, lesson="lesson02"), replace(twin, first="nobody")],
        unplaced=[Unplaced("class.zip/x.py", "Nobody is called x.")],
    )
    pages = _written(tmp_path)
    page = pages["lesson01.html"]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    for told in (
        "1 waits for you",
        "1 fault of the grader",
        "1 group nearly the same",
        "1 not graded yet",
        "1 missing",
        "An answer in sentences waits.",
        "The disk is full.",
        "forecast is no better than a guess.",
        "72 80 Handed in a day late: 10 % less. 3 2025-01-02 03:04",
        "2 Ada , Cy 89 % alike Pairs, and the lines that they share : Ada and 1 more",
        "89 % Ada 1–4, 9 Cy 2–5",  # noqa: RUF001  a range
        "no proof",
        "1 files of the course not placed",
    ):
        assert told in text, told
    assert "class.zip/x.py" in pages["index.html"]


def test_ten_that_are_alike_are_one_line_with_their_pairs_in_a_fold(make_class: MakeClass, tmp_path: Path) -> None:
    klass = make_class(20, 1)
    keys = [student.key for student in klass.students]
    alike = [
        Twin(lesson="lesson01_topic", first=one, second=other, share=share, first_lines=(), second_lines=())
        for share, (one, other) in zip(itertools.count(0.8, 0.002), itertools.combinations(keys[:10], 2), strict=False)
    ]
    write_pages(
        klass, tmp_path, reports=_report, twins=[*alike[1:], replace(alike[0], first=keys[14], second=keys[15])]
    )
    section = _written(tmp_path)["lesson01.html"].partition('<h2 id="twins">')[2].partition("</section>")[0]
    line, fold, *_ = section.split("<details>")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", line))
    assert [text.count(student.name) for student in klass.students] == [1] * 10 + [0] * 10
    assert line.count("<a href=") == 10
    assert "80 % to 88 % alike, in 44 of 45 pairs" in text
    assert fold.partition("</details>")[0].count("<tr><td") == 44
    assert section.count("<details>") == 2


@pytest.mark.parametrize("students, lessons", [(0, 0), (0, 2), (1, 0), (1, 1), (2, 1)])
def test_small_classes_have_whole_pages(make_class: MakeClass, tmp_path: Path, students: int, lessons: int) -> None:
    write_pages(make_class(students, lessons), tmp_path, reports=_no_report)
    for page in _written(tmp_path).values():
        assert page.rstrip().endswith("</html>")
        assert not re.search(r"\bnan\b|None\b|\binf\b", page)


@pytest.mark.parametrize("mark", [0.0, 100.0])
def test_a_class_that_is_all_alike_has_no_odd_numbers(make_class: MakeClass, tmp_path: Path, mark: float) -> None:
    outcome = Outcome.PASSED if mark else Outcome.FAILED
    klass = make_class(40, 1)
    standings = tuple(
        replace(
            each,
            raw=mark,
            final=mark,
            passed=bool(mark),
            criteria=tuple(replace(criterion, outcome=outcome, checked_points=0.0) for criterion in each.criteria),
        )
        for each in klass.standings
        if each.state is State.GRADED
    )
    write_pages(replace(klass, standings=standings), tmp_path, reports=_no_report)
    page = _written(tmp_path)["lesson01.html"]
    assert not re.search(r"\bnan\b|None\b|\binf\b", page)
    assert ("Nothing: all that was judged passed." in page) is bool(mark)
    assert ('id="doubtful"' in page) is not bool(mark)


def test_the_policy_allows_just_the_style_sheet_and_the_script(make_class: MakeClass, tmp_path: Path) -> None:
    write_pages(make_class(3), tmp_path, reports=_no_report)
    for page in _written(tmp_path).values():
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
        assert policy is not None
        hashes = []
        for name in ("style", "script"):
            (content,) = re.findall(rf"<{name}>(.*?)</{name}>", page, re.DOTALL)
            hashes.append(base64.b64encode(hashlib.sha256(content.encode()).digest()).decode())
        assert policy[1].split("; ") == [
            "default-src 'none'",
            f"style-src 'sha256-{hashes[0]}'",
            f"script-src 'sha256-{hashes[1]}'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
        assert not re.search(r"""\s(?:style|on\w+)=|src=|https?://(?!www\.w3\.org)""", page)


def test_every_id_is_there_once_and_every_link_within_a_page_leads_somewhere(
    make_class: MakeClass, tmp_path: Path
) -> None:
    write_pages(make_class(60), tmp_path, reports=_no_report, unplaced=[Unplaced("a", "b")])
    pages = _written(tmp_path)
    ids = {name: re.findall(r'\sid="([^"]+)"', page) for name, page in pages.items()}
    for name, page in pages.items():
        assert len(ids[name]) == len(set(ids[name]))
        for target, anchor in re.findall(r'href="([^"#]*)#([^"]+)"', page):
            assert anchor in ids[target or name]
        for label in re.findall(r'aria-labelledby="([^"]+)"', page):
            assert label in ids[name]


def test_names_and_files_are_escaped(make_class: MakeClass, tmp_path: Path) -> None:
    nasty = "<script>alert(1)</script><b onclick='x'>\x1b[31m\u202e\ud800\"&"
    klass = make_class(3, 1)
    students = tuple(Student(key=each.key, name=nasty) for each in klass.students)
    standings = tuple(
        replace(each, student=replace(each.student, name=nasty), fault=nasty, reasons=(nasty,), waiting=(nasty,))
        for each in klass.standings
    )
    klass = replace(klass, title=nasty, students=students, standings=standings)
    write_pages(klass, tmp_path, reports=_no_report, unplaced=[Unplaced(nasty, nasty)])
    for page in _written(tmp_path).values():
        assert page.count("<script") == 1  # ours
        assert "<b onclick" not in page
        assert not set("\x1b\u202e\ud800") & set(page)


def test_in_an_anonymous_class_nothing_tells_who_is_who(make_class: MakeClass, tmp_path: Path) -> None:
    klass = make_class(40, 3)
    standings = tuple(
        replace(
            each,
            criteria=tuple(
                replace(
                    one, headline=f"ValueError: {each.student.name} <{each.student.email}> in /home/{each.student.key}"
                )
                for one in each.criteria
            ),
            reasons=(f"{each.student.name} handed in late.",),
            waiting=(f"Ask {each.student.email}, see submissions/{each.student.key}_{each.student.ids['canvas']}.py",),
            fault=f"{each.student.key} broke it.",
        )
        for each in klass.standings
    )
    keys = [student.key for student in klass.students]
    twin = Twin(lesson="lesson02_topic", first=keys[0], second=keys[1], share=0.9, first_lines=(), second_lines=())
    secret = replace(klass, standings=standings)
    write = functools.partial(
        write_pages,
        secret,
        twins=[twin],
        unplaced=[Unplaced(f"zip/{keys[3]}/a.py", f"{keys[3]} is who?")],
    )
    numbers = {key: 100 + place * 7 % 40 for place, key in enumerate(keys)}
    write(tmp_path / "named", reports=_report)
    write(
        tmp_path / "masked",
        reports=lambda student, _: f"reports/{numbers[student.key]}.html",  # asked for by the student, not the number
        anonymous=lambda student: f"Student {numbers[student.key]}",
    )
    telling = {text for student in klass.students for text in (student.key, student.email, *student.ids.values())}
    telling |= {word for student in klass.students for word in (student.name, *re.findall(r"\w{3,}", student.name))}
    for folder, is_named in (("named", True), ("masked", False)):
        whole = b"".join(path.read_bytes() for path in (tmp_path / folder).iterdir()).decode().replace("&#39;", "'")
        found = {text for text in telling if text in whole}
        assert found == (telling if is_named else set())
    order = re.findall(r"<tr><th scope=\"row\"><bdi>Student (\d+)", (tmp_path / "masked" / "index.html").read_text())
    assert order == [str(number) for number in range(100, 140)]  # not in the order of the names
    masked = (tmp_path / "masked" / "lesson02.html").read_text("utf-8")
    for number in (100, 107):  # of the twins
        assert f'<a href="reports/{number}.html"><bdi>Student {number}</bdi></a></td>' in masked


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(make_class: MakeClass, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageProblem, match=r"^the pages cannot be written to .*file/class: Not a directory$"):
        write_pages(make_class(1), tmp_path / "file" / "class", reports=_no_report)
